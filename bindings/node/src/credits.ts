import type { MessageInitShape } from "@bufbuild/protobuf";
import { CreditsCalls } from "./generated/credits.js";
import type { CreditInfo, CreditListReply, CreditListRequestSchema,
  CreditOutcome } from "./generated/api.js";
import type { CreditRecordSchema } from "./generated/v1.js";
import type { Key } from "./key.js";
import { found, pages } from "./paging.js";

/** Credit records: issued, imported, listed, changed. */
export class Credits extends CreditsCalls {
  /** Signs one record with the institution's key and deposits it. */
  async issueOne(key: Key, institution: string, account: string,
    record: MessageInitShape<typeof CreditRecordSchema>): Promise<CreditOutcome> {
    const { results } = await this.issue(key, { institution, drafts: [{ account, record }] });
    return results[0]!;
  }

  /** A record, if there is one of this id. */
  showOne(id: string): Promise<CreditInfo | undefined> {
    return found(this.show({ id }));
  }

  /** The records that a request means, over all pages. */
  all(request: MessageInitShape<typeof CreditListRequestSchema>): AsyncGenerator<CreditInfo, void> {
    return pages<CreditListReply, CreditInfo>(
      (page) => this.list(page ? { ...request, after: page.next } : request),
      (page) => page.credits, (page) => page.next === 0n);
  }

  /** The records of an account. */
  of(account: string): AsyncGenerator<CreditInfo, void> {
    return this.all({ account });
  }
}
