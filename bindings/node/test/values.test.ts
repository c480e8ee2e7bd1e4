// Decimals and days: exact, there and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { amount, day, dayNumber, decimal, instant, milli, totals } from "cbank";

test("thousandths are decimals", () => {
  assert.equal(decimal(3500n), "3.5");
  assert.equal(decimal(10_000n), "10");
  assert.equal(decimal(0n), "0");
  assert.equal(decimal(-125n), "-0.125");
  const edge = 1n << 63n;
  for (const one of [-edge, -1n, 0n, 1n, 999n, 1000n, edge - 1n]) {
    assert.equal(milli(decimal(one)), one);
  }
  assert.equal(milli("3.5000"), 3500n);
  for (const wrong of ["0.0001", "1e3", "", ".5", "5.", "1,5", "NaN", "9223372036854775.808"]) {
    assert.throws(() => milli(wrong), RangeError, wrong);
  }
});

test("a float is never an amount", () => {
  assert.throws(() => milli(3.5 as never), TypeError);
  assert.throws(() => amount("credit", 3 as never), TypeError);
});

test("units are never added to each other", () => {
  assert.deepEqual(totals([amount("credit", "0.1"), amount("hour", "16"), amount("credit", "0.2")]),
    new Map([["credit", "0.3"], ["hour", "16"]]));
});

test("days are numbers", () => {
  assert.equal(day(20240229), "2024-02-29");
  assert.equal(dayNumber("2024-02-29"), 20240229);
  for (const partial of [0, 20240000, 20240600, 20230229, -1, 2 ** 31]) {
    assert.equal(day(partial), undefined);
  }
  for (const wrong of ["2023-02-29", "20240229", "2024-2-9", ""]) {
    assert.throws(() => dayNumber(wrong), RangeError);
  }
  assert.equal(instant(0n), undefined);
  assert.deepEqual(instant(7n), new Date(7000));
});
