import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { totals } from "./amounts.js";
import { instant } from "./dates.js";
import type { CbankError } from "./errors.js";
import type { Status } from "./generated/status.js";
import { VerdictItemSchema, VerdictReportSchema } from "./generated/api.js";
import type { VerdictItem, VerdictReport } from "./generated/api.js";
import type { Verification } from "./verification.js";

const ITEMS = VerdictReportSchema.field.items.number;

/**
 * What the verification of a transcript says. Its head is decoded when it is first asked for, an
 * item when a loop comes to it.
 */
export class Verdict {
  readonly #verification: Verification<typeof VerdictReportSchema>;
  readonly #items: Uint8Array[] = [];
  #head: VerdictReport | undefined;

  /** @internal */
  constructor(verification: Verification<typeof VerdictReportSchema>) {
    this.#verification = verification;
  }

  /** Whether it is genuine, as it stands, for whoever asked. */
  get isValid(): boolean {
    return this.#verification.isValid;
  }

  /** `Status.OK` for a yes. */
  get status(): Status {
    return this.#verification.status;
  }

  /** Why not; undefined for a yes. */
  get refusal(): CbankError | undefined {
    return this.#verification.refusal;
  }

  /** Itself if it is a yes; else throws VerificationError or DataError. */
  orThrow(): this {
    const refusal = this.refusal;
    if (refusal !== undefined) throw refusal;
    return this;
  }

  /** Everything but the items. */
  get head(): VerdictReport {
    return (this.#head ??= fromBinary(VerdictReportSchema, this.#withoutItems()));
  }

  /** Everything, items and all. */
  get report(): VerdictReport {
    return this.#verification.report;
  }

  /** "VALID", or the class of the no: "BROKEN_CHAIN". */
  get verdict(): string {
    return this.head.verdict;
  }

  /** Whose transcript it is: the number of the account. */
  get account(): string {
    return this.head.account;
  }

  /** The holder's name, where it is disclosed. */
  get holder(): string | undefined {
    return this.head.holder?.name || undefined;
  }

  /** When it ends to be good. */
  get expiresAt(): Date | undefined {
    return instant(this.head.terms?.expiresAt ?? 0n);
  }

  /** What the shown records that hold add up to, by unit: decimals as texts. */
  get totals(): Map<string, string> {
    return totals(this.head.totals);
  }

  /** The entries of the account, one after the other. */
  *items(): Generator<VerdictItem, void> {
    void this.head;
    for (const bytes of this.#items) yield fromBinary(VerdictItemSchema, bytes);
  }

  /** The bytes of the other fields; notes where the items are. */
  #withoutItems(): Uint8Array {
    const bytes = this.#verification.bytes;
    const reader = new BinaryReader(bytes);
    const others: Uint8Array[] = [];
    while (reader.pos < reader.len) {
      const from = reader.pos;
      const [field, type] = reader.tag();
      if (field === ITEMS) {
        this.#items.push(reader.bytes());
      } else {
        reader.skip(type, field);
        others.push(bytes.subarray(from, reader.pos));
      }
    }
    return Buffer.concat(others);
  }
}
