import type { MessageInitShape } from "@bufbuild/protobuf";
import { PublicationsCalls } from "./generated/publications.js";
import type { PublicationInfo, PublicationListReply,
  PublicationListRequestSchema } from "./generated/api.js";
import { found, pages } from "./paging.js";

type Ask = MessageInitShape<typeof PublicationListRequestSchema>;

/** Published data: rule sets, programmes and what they build on. */
export class Publications extends PublicationsCalls {
  /** An edition by its name, "ID@EDITION"; or by "ID" the one in force today. */
  showOne(name: string): Promise<PublicationInfo | undefined> {
    return found(this.show({ name }));
  }

  /** What a request means, over all pages. */
  all(request: Ask = {}): AsyncGenerator<PublicationInfo, void> {
    return pages<PublicationListReply, PublicationInfo>((page) => {
      const after = page?.publications.at(-1)?.publication;
      return this.list(after ? { ...request, after } as Ask : request);
    }, (page) => page.publications, (page) => !page.more);
  }
}
