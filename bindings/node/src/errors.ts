import { native } from "./library.js";
import { Status } from "./generated/status.js";

const decoder = new TextDecoder();

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function explain(failure: Uint8Array, lang: string): [message: string, remedy: string] {
  const message = new Uint8Array(1024);
  const remedy = new Uint8Array(1024);
  native("cbank_error_text")(failure, Buffer.from(`${lang}\0`), message, message.length, remedy,
    remedy.length);
  return [text(message), text(remedy)];
}

/** "zh" where the environment asks for Chinese. */
function language(): string {
  const wanted = process.env["LC_ALL"] || process.env["LC_MESSAGES"] || process.env["LANG"] || "";
  return wanted.startsWith("zh") ? "zh" : "en";
}

/**
 * Why a call failed. There is a subclass for each class of statuses; none of it holds a secret or
 * personal data. The message is Chinese or English, as the environment asks for.
 */
export class CbankError extends Error {
  /** What the call answered. */
  readonly status: Status;
  /** The word of the reason, finer than the status: "BAD_CHECK_DIGIT". */
  readonly reason: string;
  /** Row, index or offset; 0 if there is none. */
  readonly where: bigint;
  /** What it is about: a code, a field, a file's name. */
  readonly object: string;
  /** A technical word for whoever mends it. */
  readonly detail: string;
  /** What to do about it. */
  readonly remedy: string;
  readonly #failure: Uint8Array;

  constructor(failure: Uint8Array) {
    const [message, remedy] = explain(failure, language());
    super(message);
    const fields = new DataView(failure.buffer, failure.byteOffset, failure.byteLength);
    const little = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
    this.name = new.target.name;
    this.status = fields.getInt32(0, little);
    this.reason = native("cbank_reason_name")(fields.getInt32(4, little)) as string;
    this.where = fields.getBigUint64(8, little);
    this.object = text(failure.subarray(16, 96));
    this.detail = text(failure.subarray(96, 256));
    this.remedy = remedy;
    this.#failure = failure;
  }

  /** The message in another language. */
  messageIn(lang: "zh" | "en"): string {
    return explain(this.#failure, lang)[0];
  }
}

/** 1xx: the caller's mistake. */
export class CallerError extends CbankError {}
/** 2xx: the data is malformed, too large, unknown or not acceptable. */
export class DataError extends CbankError {}
/** 3xx: there already, in conflict, or not possible now. */
export class StateError extends CbankError {}
/** 301: there is no such thing. */
export class NotFoundError extends StateError {}
/** 4xx: denied, or a wrong key. */
export class PermissionError extends CbankError {}
/** 5xx: the store: full, busy, cut short, rolled back. */
export class StoreError extends CbankError {}
/** 6xx: a verification's clear no. */
export class VerificationError extends CbankError {
  /** The serialised reply, where a call writes one with a no; else empty. */
  readonly reply: Uint8Array;

  constructor(failure: Uint8Array, reply: Uint8Array = new Uint8Array(0)) {
    super(failure);
    this.reply = reply;
  }
}
/** 9xx: memory, or a fault inside. */
export class InternalError extends CbankError {}

/** The error of a status's class. */
export function errorOf(status: number, failure: Uint8Array, reply?: Uint8Array): CbankError {
  if (status === Status.NOT_FOUND) return new NotFoundError(failure);
  switch (Math.floor(status / 100)) {
    case 1: return new CallerError(failure);
    case 2: return new DataError(failure);
    case 3: return new StateError(failure);
    case 4: return new PermissionError(failure);
    case 5: return new StoreError(failure);
    case 6: return new VerificationError(failure, reply);
    default: return new InternalError(failure);
  }
}
