// Nothing of the header is missing here.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as cbank from "cbank";
import { counterparts } from "#generated/counterparts.js";
import { signatures } from "#generated/signatures.js";

const root = process.env["CBANK_ROOT"]!;
const header = readFileSync(join(root, "include/cbank.h"), "utf8").replace(/\/\*[^]*?\*\//g, "");
const functions = [...new Set(header.match(/\bcbank_[a-z0-9_]+(?=\()/g))].sort();

test("every function is declared, and nothing else", () => {
  assert.deepEqual(Object.keys(signatures).sort(), functions);
});

test("every function is called", () => {
  const folder = new URL("..", import.meta.url);
  const texts = ["", "generated/"].flatMap((sub) => readdirSync(new URL(sub, folder))
    .filter((name) => name.endsWith(".js") && !/signatures|counterparts/.test(name))
    .map((name) => readFileSync(new URL(sub + name, folder), "utf8"))).join("\n");
  // Handles are closed by their noun.
  const called = functions.filter((name) =>
    texts.includes(`"${name}"`) || /^cbank_(bank|key|job|verifier)_close$/.test(name));
  assert.deepEqual(called, functions);
});

test("every method can be reached", () => {
  const classes = cbank as unknown as Record<string, { prototype: object }>;
  for (const [name, { owner, name: method, isStatic }] of Object.entries(counterparts)) {
    const at = (isStatic ? classes[owner] : classes[owner]?.prototype) as Record<string, unknown>;
    assert.equal(typeof at?.[method], "function", name);
  }
});
