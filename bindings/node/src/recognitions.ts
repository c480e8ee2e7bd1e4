import { RecognitionsCalls } from "./generated/recognitions.js";
import type { RecognitionInfo, RecognitionListReply } from "./generated/api.js";
import { pages } from "./paging.js";

/** Recognitions: what institutions decided about records. */
export class Recognitions extends RecognitionsCalls {
  /** An account's, in the order in which they were entered. */
  of(account: string): AsyncGenerator<RecognitionInfo, void> {
    return pages<RecognitionListReply, RecognitionInfo>(
      (page) => this.list({ account, after: page?.next ?? 0n }),
      (page) => page.recognitions, (page) => page.next === 0n);
  }
}
