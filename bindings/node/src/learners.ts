import { LearnersCalls } from "./generated/learners.js";
import { NameKind, type LearnerEntry, type LearnerExportReply,
  type LearnerInfo } from "./generated/api.js";
import { found, pages } from "./paging.js";

/** Learners and their accounts. */
export class Learners extends LearnersCalls {
  /** Opens the one account of a person, or finds it; answers its number. */
  async openOne(name: string, documentType: string, documentNumber: string): Promise<string> {
    const { results } = await this.open({ persons: [{
      names: [{ value: name, kind: NameKind.CURRENT }],
      documents: [{ type: documentType, number: documentNumber }],
    }] });
    return results[0]!.account;
  }

  /** The account of whoever has this document, if there is one. */
  findOne(documentType: string, documentNumber: string): Promise<LearnerInfo | undefined> {
    return found(this.find({ documentType, documentNumber }));
  }

  /** Everything that is held about a person, entry by entry. */
  entries(account: string): AsyncGenerator<LearnerEntry, void> {
    return pages<LearnerExportReply, LearnerEntry>(
      (page) => this.export({ account, after: page?.next ?? 0n }), (page) => page.entries,
      (page) => page.next === 0n);
  }
}
