import type { MessageInitShape } from "@bufbuild/protobuf";
import { atOnce, good, packed } from "./call.js";
import { VerifierCalls } from "./generated/verifier.js";
import { VerifierRequestSchema } from "./generated/api.js";
import type { TranscriptVerifyRequestSchema } from "./generated/api.js";
import { Verdict } from "./verdict.js";

type Ask = MessageInitShape<typeof TranscriptVerifyRequestSchema>;

/** Whom a verifier trusts: one bank's directory, checked once. Needs no bank, and no network. */
export class Verifier extends VerifierCalls {
  private constructor(address: bigint) {
    super("verifier", address, false);
  }

  /** Checks a directory under the fingerprint of its root key, which came another way. */
  static open(request: MessageInitShape<typeof VerifierRequestSchema>): Verifier {
    const given = [packed(VerifierRequestSchema, request)];
    return new Verifier(good(atOnce("cbank_verifier_open", "handle", [], given)).handle);
  }

  /** Verifies a transcript, here and now: `{ file, recipient }`, and more where it is wanted. */
  verify(request: Ask): Verdict {
    return new Verdict(this.transcriptVerify(request));
  }

  /** The same in a thread of the pool, for who has many or large ones. */
  async verifyAsync(request: Ask): Promise<Verdict> {
    return new Verdict(await this.transcriptVerifyAsync(request));
  }
}
