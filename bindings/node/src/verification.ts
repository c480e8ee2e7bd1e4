import { fromBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { errorOf, type CbankError } from "./errors.js";
import type { Status } from "./generated/status.js";

/**
 * What a verification says: yes, or a clear no with its reason. Nothing of the file's content is in
 * the report of a no.
 */
export class Verification<D extends DescMessage> {
  /** `Status.OK` for a yes. */
  readonly status: Status;
  /** The report as the library wrote it. */
  readonly bytes: Uint8Array;
  readonly #schema: D;
  readonly #failure: Uint8Array | null;
  #report: MessageShape<D> | undefined;

  /** @internal */
  constructor(schema: D, status: number, failure: Uint8Array | null, bytes: Uint8Array) {
    this.#schema = schema;
    this.#failure = failure;
    this.status = status;
    this.bytes = bytes;
  }

  /** Whether it is genuine, as it stands, for whoever asked. */
  get isValid(): boolean {
    return this.#failure === null;
  }

  /** Why not, as the error that `orThrow` throws; undefined for a yes. */
  get refusal(): CbankError | undefined {
    return this.#failure === null ? undefined : errorOf(this.status, this.#failure, this.bytes);
  }

  /** The report, whatever the verdict; decoded when it is first asked for. */
  get report(): MessageShape<D> {
    return (this.#report ??= fromBinary(this.#schema, this.bytes));
  }

  /** The report of a yes; throws VerificationError or DataError else. */
  orThrow(): MessageShape<D> {
    const refusal = this.refusal;
    if (refusal !== undefined) throw refusal;
    return this.report;
  }
}
