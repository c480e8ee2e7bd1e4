import { BatchesCalls } from "./generated/batches.js";
import type { BatchInfo, BatchListReply } from "./generated/api.js";
import { pages } from "./paging.js";

/** Batches: what institutions signed at once. */
export class Batches extends BatchesCalls {
  /** An institution's, in the order of receipt; "" for everybody's. */
  of(institution: string): AsyncGenerator<BatchInfo, void> {
    return pages<BatchListReply, BatchInfo>(
      (page) => this.list({ institution, after: page?.next ?? 0n }),
      (page) => page.batches, (page) => page.next === 0n);
  }
}
