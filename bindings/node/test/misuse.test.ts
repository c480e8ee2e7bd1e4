// Whatever a program does wrong, it gets an error, and the process stays.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";
import { create } from "@bufbuild/protobuf";
import { Bank, CallerError, DataError, Institutions, Key, NotFoundError, Verifier } from "cbank";
import { LearnerOpenRequestSchema } from "cbank/api";
import { IMPORT, inWorld, NUMBER, ORIGIN, sheet, type World } from "./world.js";

test("a closed handle says so", () => inWorld(async (world) => {
  const verifier = await world.verifier();
  const key = Key.create();
  await verifier.close();
  await verifier.close();
  await key.close();
  await world.bank.close();
  assert.ok(key.isClosed);
  assert.throws(() => key.show(), /this key is closed/);
  assert.throws(() => verifier.verify({ file: new Uint8Array(3) }), /this verifier is closed/);
  assert.throws(() => Institutions.request(key, { institution: "C" }), /this key is closed/);
  await assert.rejects(world.bank.info(), /this bank is closed/);
  await assert.rejects(world.bank.checkBegin(), /this bank is closed/);
}));

test("what is no handle, no request, no text and no bytes is refused", () =>
  inWorld(async (world) => {
    const none = null as never;
    await assert.rejects(Bank.open(none), TypeError);
    assert.throws(() => Verifier.open(none), TypeError);
    await assert.rejects(async () => world.bank.learners.open(none), TypeError);
    await assert.rejects(world.bank.credits.importBegin(none, IMPORT), TypeError);
    await assert.rejects(world.bank.credits.importBegin({} as never, IMPORT), TypeError);
    assert.throws(() => Institutions.request(world.bank as never, none), TypeError);
    assert.throws(() => Key.create("sm3-sm2\0x" as never), TypeError);
    assert.throws(() => Key.create("\ud800" as never), TypeError);
    assert.throws(() => Key.create("md5-rsa" as never), DataError);
    await assert.rejects(world.bank.learners.openOne("甲\ud842", "cn-id", NUMBER), TypeError);
    assert.ok(await world.bank.learners.openOne("甲𠮷", "cn-id", NUMBER));
    await assert.rejects(Bank.open(join(world.folder, "nowhere")), NotFoundError);
    await using job = await world.bank.checkBegin();
    await assert.rejects(job.feed(none), TypeError);
    await assert.rejects(job.feed("text" as never), TypeError);
  }));

test("a handle of another kind is refused by the library's own types", () =>
  inWorld(async (world) => {
    // A key where a bank belongs would be another thing's memory.
    await assert.rejects(world.bank.directory(world.bank as never), TypeError);
    await assert.rejects(world.bank.credits.issue(world.bank as never, {}), TypeError);
  }));

test("a field that nobody knows is refused", () => inWorld(async (world) => {
  const odd = create(LearnerOpenRequestSchema);
  odd.$unknown = [{ no: 4000, wireType: 0, data: new Uint8Array([1]) }];
  await assert.rejects(world.bank.learners.open(odd), CallerError);
}));

test("a handle does not go to another thread", () => inWorld(async (world) => {
  const { port1, port2 } = new MessageChannel();
  const arrived = new Promise((resolve) => port2.once("message", resolve));
  port1.postMessage(world.bank);
  const copy = await arrived as Bank;
  port1.close();
  assert.ok(!(copy instanceof Bank));
  await assert.rejects(async () => Bank.prototype.info.call(copy), TypeError);
}));

test("a bank stays as long as its job", () => inWorld(async (world) => {
  const job = await world.bank.credits.importBegin(world.key, IMPORT);
  const closing = world.bank.close();
  void world.key.close();
  assert.ok(world.bank.isClosed);
  assert.equal((await job.run({ input: sheet(2) })).deposited, 2n);
  await closing;
  await (await Bank.open(world.path)).close();
}));

/** How many files of this folder the process has open. */
function openFiles(folder: string): number {
  return readdirSync("/proc/self/fd").filter((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}

test("a bank that nobody holds is closed", { skip: !globalThis.gc && "needs --expose-gc" }, () =>
  inWorld(async (world) => {
    await world.bank.close();
    assert.equal(openFiles(world.folder), 0);
    await (async () => (await Bank.open(world.path)).info())();
    assert.ok(openFiles(world.folder) > 0);
    for (let i = 0; i < 200 && openFiles(world.folder) > 0; i++) {
      globalThis.gc!();
      await sleep(20);
    }
    assert.equal(openFiles(world.folder), 0, "the collector closes what was forgotten");
    await using again = await Bank.open(world.path);
    assert.equal((await again.info()).origin, ORIGIN);
  }));

test("a call goes on though its bank is closed meanwhile", () => inWorld(async (world) => {
  const account = await world.learner();
  const calls = Array.from({ length: 40 }, () => world.bank.learners.show({ account }));
  await world.bank.close();
  for (const info of await Promise.all(calls)) assert.equal(info.account, account);
}));

test("an aborted import leaves nothing undecided", () => inWorld(async (world) => {
  const controller = new AbortController();
  const job = await world.bank.credits.importBegin(world.key, IMPORT);
  const run = job.run({
    input: sheet(500), signal: controller.signal, progress: () => controller.abort() });
  await assert.rejects(run, { name: "AbortError" });
  assert.ok(job.isClosed);
  const again = await world.bank.credits.importBegin(world.key, IMPORT);
  assert.equal((await again.run({ input: sheet(500) })).deposited, 500n);
}));

test("input that fails ends the job", () => inWorld(async (world) => {
  const job = await world.bank.credits.importBegin(world.key, IMPORT);
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield sheet(1);
    throw new Error("the disk is gone");
  }
  await assert.rejects(job.run({ input: failing() }), /the disk is gone/);
  assert.ok(job.isClosed);
}));

test("calls on one job follow one another", () => inWorld(async (world) => {
  await using job = await world.bank.credits.importBegin(world.key, IMPORT);
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < 100; i++) calls.push(job.progress(), job.step(0), job.feed(sheet(1)));
  await Promise.allSettled(calls);
}));

/** Another process with the same bank; it answers what it wrote. */
function inProcess(world: World, ...lines: string[]): string {
  const program = [`import { Bank, Key } from "cbank";`,
    `const bank = await Bank.open(${JSON.stringify(world.path)});`, ...lines].join("\n");
  return execFileSync(process.execPath, ["--input-type=module", "-e", program],
    { encoding: "utf8", cwd: new URL("../..", import.meta.url), timeout: 60_000 });
}

test("a process that forgets everything ends, and so does one that leaves in the middle", () =>
  inWorld(async (world) => {
    await world.learner();
    assert.equal(inProcess(world, "console.log((await bank.info()).accounts);"), "1n\n");
    assert.equal(inProcess(world,
      "for (let i = 0; i < 50; i++) bank.info().catch(() => {});",
      "const job = await bank.checkBegin(); job.step(1000).catch(() => {});",
      "setTimeout(() => process.exit(0), 5); console.log('left');"), "left\n");
    assert.ok((await (await world.bank.checkBegin()).run()).ok);
  }));

test("hostile bytes are just refused", () => inWorld(async (world) => {
  const account = await world.learner();
  await world.credit(account, "R-1", "JX101", "3.5");
  const transcript = await world.transcript(account);
  using verifier = await world.verifier();
  let seed = 7;
  const random = (limit: number) => (seed = (seed * 48271) % 0x7fffffff) % limit;
  for (let i = 0; i < 2000; i++) {
    const file = i % 2 ? transcript.slice()
      : Uint8Array.from({ length: random(300) }, () => random(256));
    if (i % 2) file[random(file.length)]! ^= 1 << random(8);
    assert.ok(!verifier.verify({ file, recipient: "PARTNER" }).isValid);
  }
  const file = new Uint8Array(8 << 20).fill(0xa5);
  assert.ok(!(await verifier.verifyAsync({ file, recipient: "PARTNER" })).isValid);
  await assert.rejects(world.bank.institutions.admit({ file: new Uint8Array(99) }), DataError);
  assert.throws(() => Verifier.open({ directory: file, rootFingerprint: "zz" }));
}));
