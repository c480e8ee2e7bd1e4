import { create } from "@bufbuild/protobuf";
import { AmountSchema, type Amount } from "./generated/v1.js";

const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,3})0*)?$/;
const LIMIT = 1n << 63n;

/** 3500n is "3.5". */
export function decimal(milli: bigint): string {
  const digits = (milli < 0n ? -milli : milli).toString().padStart(4, "0");
  const fraction = digits.slice(-3).replace(/0+$/, "");
  return `${milli < 0n ? "-" : ""}${digits.slice(0, -3)}${fraction && `.${fraction}`}`;
}

/** "3.5" is 3500n. Throws RangeError for what has no such number; a float is never taken. */
export function milli(text: string): bigint {
  if (typeof text !== "string") throw new TypeError("an amount is a text, such as \"3.5\"");
  const found = DECIMAL.exec(text);
  if (found === null) throw new RangeError(`not a decimal of at most three places: ${text}`);
  const value = BigInt(found[2]! + (found[3] ?? "").padEnd(3, "0"));
  const signed = found[1] ? -value : value;
  if (signed < -LIMIT || signed >= LIMIT) throw new RangeError(`too large an amount: ${text}`);
  return signed;
}

/** "3.5" of the unit "credit". */
export function amount(unit: string, text: string): Amount {
  return create(AmountSchema, { unit, milli: milli(text) });
}

/** Sums by unit: credits, hours and points are never added to each other. */
export function totals(amounts: Iterable<Amount>): Map<string, string> {
  const sums = new Map<string, bigint>();
  for (const one of amounts) sums.set(one.unit, (sums.get(one.unit) ?? 0n) + one.milli);
  return new Map([...sums].map(([unit, sum]) => [unit, decimal(sum)]));
}
