import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { Handle } from "./handle.js";
import { errorOf } from "./errors.js";
import { Job } from "./job.js";
import { Verification } from "./verification.js";
import { invoke, type Argument, type Kind, type Said } from "./invoke.js";
import { invokeLater } from "./pool.js";
import { signatures } from "./generated/signatures.js";
import { Status } from "./generated/status.js";

const HALF = /\p{Surrogate}/u;

/** A serialised request; what is not stated has its default. */
export function packed<D extends DescMessage>(schema: D, request: MessageInitShape<D>): Uint8Array {
  if (request === null || typeof request !== "object") {
    throw new TypeError(`a ${schema.name} is needed here`);
  }
  checkTexts(request);
  return toBinary(schema, create(schema, request));
}

/** The runtime would write another character for half a one, and another person's name is none. */
function checkTexts(value: unknown): void {
  if (typeof value === "string") {
    if (HALF.test(value)) throw new TypeError("a text with half a character in it");
  } else if (value !== null && typeof value === "object" && !(value instanceof Uint8Array)) {
    for (const one of Object.values(value)) checkTexts(one);
  }
}

/** Text on its way to C: whole, and ended by a zero byte that occurs nowhere else. */
export function text(value: string): { text: Uint8Array } {
  if (typeof value !== "string") throw new TypeError("a text is needed here");
  if (value.includes("\0")) throw new TypeError("a text with a zero character in it");
  if (HALF.test(value)) throw new TypeError("a text with half a character in it");
  return { text: new TextEncoder().encode(`${value}\0`) };
}

/** The bytes of a passphrase; none is null. A copy, as what is passed to a call is wiped. */
export function secret(passphrase: string | Uint8Array | undefined): Uint8Array | null {
  if (passphrase === undefined) return null;
  if (passphrase instanceof Uint8Array) return new Uint8Array(passphrase);
  return text(passphrase).text.slice(0, -1);
}

/** Calls in this thread. */
export function atOnce(name: string, kind: Kind, uses: Handle[], given: Argument[]): Said {
  const kept: Handle[] = [];
  try {
    const addresses = uses.map((one, i) => acquired(name, i, one, kept));
    return invoke({ name, kind, given: [...addresses, ...given] });
  } finally {
    for (const one of kept) Handle.release(one);
  }
}

/** Calls in a thread of the pool. */
export async function later(name: string, kind: Kind, uses: Handle[],
  given: Argument[]): Promise<Said> {
  const kept: Handle[] = [];
  try {
    const addresses = uses.map((one, i) => acquired(name, i, one, kept));
    return await invokeLater({ name, kind, given: [...addresses, ...given] });
  } finally {
    for (const one of kept) Handle.release(one);
  }
}

function acquired(name: string, at: number, one: Handle, kept: Handle[]): bigint {
  const address = Handle.acquire(one, signatures[name]![1][at]!);
  kept.push(one);
  return address;
}

/** What was said, if it was OK. */
export function good(said: Said): Said {
  if (said.status !== 0) throw errorOf(said.status, said.error!, said.reply);
  return said;
}

export function reply<D extends DescMessage>(schema: D, name: string, uses: Handle[],
  given: Argument[]): MessageShape<D> {
  return fromBinary(schema, good(atOnce(name, "reply", uses, given)).reply);
}

export async function replyLater<D extends DescMessage>(schema: D, name: string, uses: Handle[],
  given: Argument[]): Promise<MessageShape<D>> {
  return fromBinary(schema, good(await later(name, "reply", uses, given)).reply);
}

export async function beginJob<D extends DescMessage>(schema: D, name: string, uses: Handle[],
  given: Argument[]): Promise<Job<D>> {
  return new Job(schema, good(await later(name, "handle", uses, given)).handle, uses);
}

/** A job that needs no bank. */
export function beginJobAtOnce<D extends DescMessage>(schema: D, name: string, uses: Handle[],
  given: Argument[]): Job<D> {
  return new Job(schema, good(atOnce(name, "handle", uses, given)).handle, uses);
}

function verdict<D extends DescMessage>(schema: D, said: Said): Verification<D> {
  const isVerdict = said.status === 0 || said.status === Status.MALFORMED
    || said.status === Status.UNSUPPORTED || Math.floor(said.status / 100) === 6;
  if (!isVerdict) throw errorOf(said.status, said.error!);
  return new Verification(schema, said.status, said.error, said.reply);
}

export function verification<D extends DescMessage>(schema: D, name: string, uses: Handle[],
  given: Argument[]): Verification<D> {
  return verdict(schema, atOnce(name, "reply", uses, given));
}

export async function verificationLater<D extends DescMessage>(schema: D, name: string,
  uses: Handle[], given: Argument[]): Promise<Verification<D>> {
  return verdict(schema, await later(name, "reply", uses, given));
}
