/**
 * 学分银行: a credit bank as a library. Messages are in "cbank/v1" (what is
 * signed) and "cbank/api" (requests and replies).
 */
import { native } from "./library.js";

export * from "./amounts.js";
export { Bank } from "./bank.js";
export * from "./dates.js";
export { CallerError, CbankError, DataError, InternalError, NotFoundError, PermissionError,
  StateError, StoreError, VerificationError } from "./errors.js";
export * from "./generated/index.js";
export { Status } from "./generated/status.js";
export { Handle } from "./handle.js";
export { Job, JobState, type RunOptions } from "./job.js";
export { Key, type Protection } from "./key.js";
export { Proposal } from "./plans.js";
export { ReferenceKey } from "./referencekey.js";
export { Verdict } from "./verdict.js";
export { Verification } from "./verification.js";

/** The version of libcbank: "0.1.0". */
export function version(): string {
  return native("cbank_version")() as string;
}

/** The library's word for a status: "not_found"; "unknown" for a number it has not. */
export function statusName(status: number): string {
  return native("cbank_status_name")(status) as string;
}
