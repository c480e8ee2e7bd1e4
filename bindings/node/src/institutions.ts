import { InstitutionsCalls } from "./generated/institutions.js";
import type { InstitutionInfo, InstitutionListReply } from "./generated/api.js";
import { found, pages } from "./paging.js";

/** Institutions: how they join a bank, and what it knows of them. */
export class Institutions extends InstitutionsCalls {
  /** An institution, if there is one of this code. */
  showOne(institution: string): Promise<InstitutionInfo | undefined> {
    return found(this.show({ institution }));
  }

  /** All of them, by code. */
  all(): AsyncGenerator<InstitutionInfo, void> {
    return pages<InstitutionListReply, InstitutionInfo>(
      (page) => this.list({ after: page?.institutions.at(-1)?.institution ?? "" }),
      (page) => page.institutions, (page) => !page.more);
  }
}
