// The cases that C and every binding share, in tests/vectors.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { create, fromBinary, fromJson } from "@bufbuild/protobuf";
import type { DescField, DescMessage, JsonValue, Message } from "@bufbuild/protobuf";
import * as cbank from "cbank";
import * as api from "cbank/api";
import * as v1 from "cbank/v1";
import { counterparts } from "#generated/counterparts.js";

const files = join(process.env["CBANK_ROOT"]!, "tests/vectors/files");
const table = JSON.parse(readFileSync(join(files, "cases.json"), "utf8")) as Table;
let held = 0;

interface Step {
  name: string;
  call: string;
  handles?: string[];
  path?: string;
  request?: JsonValue;
  feed?: string;
  status: number;
  reason: string;
  makes?: string;
  output?: string;
  expect?: Record<string, string>;
}

interface Table {
  scenes: { name: string, steps: Step[] }[];
  files: { file: string, message: string, expect: Record<string, string> }[];
}

/** What a call said. */
interface Answer {
  status: number;
  reason: string;
  reply?: [DescMessage, Message];
  made?: cbank.Handle;
  output: Uint8Array;
}

function schemaOf(name: string): DescMessage {
  const short = `${name.split(".").at(-1)}Schema`;
  const from = (name.startsWith("cbank.v1.") ? v1 : api) as unknown as Record<string, DescMessage>;
  return from[short]!;
}

function read(name: string): Uint8Array {
  return readFileSync(join(files, name));
}

/** What stands at a path in a message. */
function valueAt([schema, message]: [DescMessage, Message], path: string): string {
  let inside: DescMessage | undefined = schema;
  let field: DescField | undefined;
  let value: unknown = message;
  for (const step of path.split("/")) {
    if (step.includes(".")) {
      inside = schemaOf(step);
      value = fromBinary(inside, value as Uint8Array);
    } else if (step === "#") {
      return String((value as unknown[]).length);
    } else if (Array.isArray(value)) {
      value = value[Number(step)];
    } else {
      field = inside!.fields.find((one) => one.name === step)!;
      inside = field.message;
      value = (value as Record<string, unknown>)[field.localName]
        ?? (inside && create(inside));
    }
  }
  const kind = field!.enum;
  if (kind) return kind.value[value as number]!.name;
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

/** With the bytes of the files that it names, and the folder. */
function filled(value: JsonValue, folder: string): JsonValue {
  if (typeof value === "string") return value.replaceAll("{scene}", folder);
  if (Array.isArray(value)) return value.map((one) => filled(one, folder));
  if (value === null || typeof value !== "object") return value;
  if (typeof value["@file"] === "string") return Buffer.from(read(value["@file"])).toString("base64");
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, filled(one, folder)]));
}

/** The few calls that have a shape of their own. */
function byHand(step: Step, folder: string): unknown {
  const path = step.path?.replaceAll("{scene}", folder) ?? "";
  const request = <D extends DescMessage>(schema: D) =>
    fromJson(schema, filled(step.request ?? {}, folder)) as never;
  switch (step.call) {
    case "cbank_key_new": return cbank.Key.create(path as never);
    case "cbank_key_open": return cbank.Key.open(path);
    case "cbank_bank_open": return cbank.Bank.open(path);
    case "cbank_verifier_open": return cbank.Verifier.open(request(api.VerifierRequestSchema));
    default: throw new Error(`the shared cases call ${step.call}: write it here`);
  }
}

function call(step: Step, folder: string, handles: cbank.Handle[]): unknown {
  const found = counterparts[step.call];
  if (found === undefined) return byHand(step, folder);
  const { owner, name, isStatic, request } = found;
  const classes = cbank as unknown as Record<string, new (bank: cbank.Handle) => object>;
  const rest = [...handles];
  let target: object = classes[owner]!;
  if (!isStatic) {
    const first = rest.shift()!;
    target = first instanceof classes[owner]! ? first : new classes[owner]!(first);
  }
  const given: unknown[] = rest;
  if (request) given.push(fromJson(schemaOf(request), filled(step.request ?? {}, folder)));
  return (target as Record<string, (...values: unknown[]) => unknown>)[name]!(...given);
}

async function take(step: Step, result: unknown, answer: Answer): Promise<void> {
  const reply = counterparts[step.call]?.reply ?? "";
  if (result instanceof cbank.Job) {
    const output: Uint8Array[] = [];
    const finished = await result.run({
      ...(step.feed ? { input: read(step.feed) } : {}), output: (bytes) => output.push(bytes) });
    answer.reply = [schemaOf(reply), finished as Message];
    answer.output = Buffer.concat(output);
  } else if (result instanceof cbank.Verification) {
    answer.status = result.status;
    answer.reason = result.refusal?.reason ?? "";
    answer.reply = [schemaOf(reply), result.report as Message];
  } else if (result instanceof cbank.Handle) {
    answer.made = result;
  } else {
    answer.reply = [schemaOf(reply), result as Message];
  }
}

async function ask(step: Step, folder: string, handles: cbank.Handle[]): Promise<Answer> {
  const answer: Answer = { status: 0, reason: "", output: new Uint8Array(0) };
  try {
    await take(step, await call(step, folder, handles), answer);
  } catch (refused) {
    if (!(refused instanceof cbank.CbankError)) throw refused;
    answer.status = refused.status;
    answer.reason = refused.reason;
  }
  return answer;
}

function hold(wanted: unknown, found: unknown, name: string): void {
  assert.equal(found, wanted, name);
  held++;
}

for (const scene of table.scenes) {
  test(scene.name, async () => {
    const folder = mkdtempSync(join(tmpdir(), "cbank-vectors-"));
    const handles = new Map<string, cbank.Handle>();
    for (const step of scene.steps) {
      const named = (step.handles ?? []).map((name) => handles.get(name)!);
      const answer = await ask(step, folder, named);
      hold(step.status, answer.status, step.name);
      hold(step.reason, answer.reason, step.name);
      if (answer.made) handles.set(step.makes!, answer.made);
      if (step.output) {
        assert.deepEqual(Buffer.from(answer.output), Buffer.from(read(step.output)), step.name);
        held++;
      }
      for (const [path, value] of Object.entries(step.expect ?? {})) {
        hold(value, valueAt(answer.reply!, path), `${step.name}: ${path}`);
      }
    }
    for (const handle of handles.values()) await handle.close();
    rmSync(folder, { recursive: true });
  });
}

for (const { file, message, expect } of table.files) {
  test(`${file}, read by the runtime alone`, () => {
    const decoded = fromBinary(schemaOf(message), read(file)) as Message;
    for (const [path, value] of Object.entries(expect)) {
      hold(value, valueAt([schemaOf(message), decoded], path), path);
    }
  });
}

after(() => {
  const steps = table.scenes.flatMap((scene) => scene.steps);
  const wanted = steps.reduce((sum, step) => sum + 2 + (step.output ? 1 : 0)
    + Object.keys(step.expect ?? {}).length, 0)
    + table.files.reduce((sum, file) => sum + Object.keys(file.expect).length, 0);
  assert.equal(held, wanted);
  console.log(`# shared cases: ${held} expectations hold`);
});
