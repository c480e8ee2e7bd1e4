// Many calls at once: the event loop goes on, slow calls hold up nobody, and memory does not grow.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { Key } from "cbank";
import { inWorld, type World } from "./world.js";
import type { Verifier } from "cbank";

const CALLS = Number(process.env["CBANK_CALLS"]) || 20_000;
const PASSPHRASE = { passphrase: "long enough to be slow" };

/** How many milliseconds something takes. */
async function time(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

test("sixteen verify at once", () => inWorld(async (world) => {
  const account = await world.learner();
  await world.credit(account, "R-1", "JX101", "3.5");
  const good = await world.transcript(account);
  const bad = good.slice();
  bad[bad.length >> 1]! ^= 4;
  using verifier = await world.verifier();
  const all = await Promise.all(Array.from({ length: 16 * 20 }, async (_, i) =>
    (await verifier.verifyAsync({ file: i % 2 ? good : bad, recipient: "PARTNER" })).isValid));
  assert.deepEqual(all.map((valid, i) => valid === (i % 2 === 1)), all.map(() => true));
}));

/** Whether something holds at one try of ten: others may have the processor just now. */
async function once(attempt: () => Promise<boolean>): Promise<boolean> {
  for (let i = 0; i < 10; i++) if (await attempt()) return true;
  return false;
}

test("eight slow calls hold up neither quick ones nor files", () => inWorld(async (world) => {
  const path = join(world.folder, "slow.key");
  await world.key.save(path, PASSPHRASE);
  assert.ok(await once(async () => {
    let over = 0;
    const slow = Array.from({ length: 8 }, async () => {
      using key = await Key.open(path, PASSPHRASE);
      over += key.isClosed ? 0 : 1;
    });
    await world.bank.info();
    await readFile(path);
    const before = over;
    await Promise.all(slow);
    return before === 0 && over === 8;
  }), "a quick call and a file were never through before a slow call");
}));

test("a slow call leaves the event loop alone", () => inWorld(async (world) => {
  let number = 0;
  assert.ok(await once(async () => {
    let worst = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
    }, 1);
    const taken = await time(() =>
      world.key.save(join(world.folder, `slow-${number++}.key`), PASSPHRASE));
    clearInterval(ticking);
    return worst < taken / 2;
  }), "the event loop was silent while a key was written");
}));

async function call(world: World, verifier: Verifier, file: Uint8Array, times: number) {
  for (let i = 0; i < times; i++) {
    switch (i % 5) {
      case 0:
        void verifier.verify({ file, recipient: i % 2 ? "PARTNER" : "OTHER" }).head;
        break;
      case 1:
        await world.bank.learners.findOne("cn-id", "36031318851122002X");
        break;
      case 2:
        await (await world.bank.checkBegin()).close();
        break;
      case 3:
        await Key.create().close();
        break;
      default:
        await world.bank.info();
    }
  }
}

/** In KiB, once the collector has been. */
async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const status = await readFile("/proc/self/status", "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]);
}

// CBANK_CALLS=1000000 is the long run.
test("calls do not make the process grow", { skip: !globalThis.gc && "needs --expose-gc" }, () =>
  inWorld(async (world) => {
    const file = await world.transcript(await world.learner());
    using verifier = await world.verifier();
    await call(world, verifier, file, CALLS * 0.4);
    const before = await resident();
    await call(world, verifier, file, CALLS * 0.6);
    const grown = await resident() - before;
    console.log(`# ${CALLS} calls, grown by ${grown} KiB`);
    assert.ok(grown < 12 << 10, `grown by ${grown} KiB`);
  }));
