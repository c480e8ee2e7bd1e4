import { native } from "./library.js";

/**
 * What is passed before the answer: a handle's address, bytes with their size, a number, or text
 * that is ended by a zero byte.
 */
export type Argument = bigint | number | Uint8Array | null | { text: Uint8Array };

/** What a call answers besides its status: a serialised reply, a handle, a job's state, nothing. */
export type Kind = "reply" | "handle" | "state" | "nothing";

/** A call as it is sent to a thread. */
export interface Ask {
  name: string;
  kind: Kind;
  given: Argument[];
}

/** What it said: `error` is a cbank_error where the status is not 0. */
export interface Said {
  status: number;
  reply: Uint8Array;
  handle: bigint;
  state: number;
  error: Uint8Array | null;
}

const NOTHING = new Uint8Array(1);
const EMPTY = new Uint8Array(0);
// Memory of this thread, used by one call at a time: a cbank_buffer, a handle, a state, an error.
const buffer = new BigUint64Array(3);
const handle = new BigUint64Array(1);
const state = new Int32Array(1);
const error = new Uint8Array(256);

function expanded(given: Argument[]): unknown[] {
  const values: unknown[] = [];
  for (const one of given) {
    if (one === null) values.push(null, 0);
    else if (one instanceof Uint8Array) values.push(one.length === 0 ? NOTHING : one, one.length);
    else if (typeof one === "object") values.push(one.text);
    else values.push(one);
  }
  return values;
}

/** The reply's bytes, copied; the library's are wiped and freed. */
function taken(): Uint8Array {
  const size = Number(buffer[1]);
  let bytes = EMPTY;
  if (size > 0) {
    bytes = new Uint8Array(size);
    native("memcpy")(bytes, buffer[0], size);
  }
  if (buffer[0] !== 0n) native("cbank_buffer_clear")(buffer);
  return bytes;
}

/** Requests and passphrases do not stay. */
function wipe(given: Argument[]): void {
  for (const one of given) {
    if (one instanceof Uint8Array) one.fill(0);
    else if (one !== null && typeof one === "object") one.text.fill(0);
  }
}

/** Calls the library in this thread. Bytes that are given are wiped. */
export function invoke(ask: Ask): Said {
  const values = expanded(ask.given);
  if (ask.kind === "reply") values.push(buffer);
  else if (ask.kind === "handle") values.push(handle);
  else if (ask.kind === "state") values.push(state);
  const status = native(ask.name)(...values, error) as number;
  const said: Said = {
    status,
    reply: ask.kind === "reply" ? taken() : EMPTY,
    handle: ask.kind === "handle" && status === 0 ? handle[0]! : 0n,
    state: state[0]!,
    error: status === 0 ? null : error.slice(),
  };
  wipe(ask.given);
  return said;
}
