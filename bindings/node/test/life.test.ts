// What people do with a bank, from the first account to the last proof.
import assert from "node:assert/strict";
import { createReadStream, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { toBinary } from "@bufbuild/protobuf";
import { VerdictReportSchema, type VerdictReport } from "cbank/api";
import { Bank, DataError, day, JobState, Key, PermissionError, ReferenceKey, Status, statusName,
  totals, VerificationError, version } from "cbank";
import { RefusalReason } from "cbank/v1";
import { inWorld, IMPORT, NUMBER, OTHER_NUMBER, PROGRAMME, RULES, sheet } from "./world.js";

async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const one of list) items.push(one);
  return items;
}

test("a person has one account", () => inWorld(async (world) => {
  const account = await world.learner();
  assert.equal(await world.learner(), account);
  assert.equal((await world.bank.learners.findOne("cn-id", NUMBER))?.account, account);
  assert.equal(await world.bank.learners.findOne("cn-id", OTHER_NUMBER), undefined);
}));

test("a wrong number is refused with its reason", () => inWorld(async (world) => {
  const wrong = world.bank.learners.openOne("甲一", "cn-id", "360302188103040013");
  await assert.rejects(wrong, (refused: DataError) => {
    assert.ok(refused instanceof DataError);
    assert.equal(refused.status, Status.INVALID);
    assert.equal(refused.reason, "BAD_CHECK_DIGIT");
    assert.ok(refused.message && refused.remedy);
    assert.notEqual(refused.messageIn("zh"), refused.messageIn("en"));
    assert.ok(!refused.message.includes("3603021881"), "no personal data");
    return true;
  });
}));

test("a record is listed as it was issued", () => inWorld(async (world) => {
  const account = await world.learner();
  const id = await world.credit(account, "R-1", "JX101", "3.5");
  const [listed, ...others] = await all(world.bank.credits.of(account));
  assert.deepEqual(others, []);
  assert.equal(listed!.id, id);
  assert.deepEqual(totals(listed!.record!.amounts), new Map([["credit", "3.5"]]));
  assert.equal(day(listed!.record!.awardedOn), "2024-06-21");
  assert.equal(await world.bank.credits.showOne("999-0123456789abcdef"), undefined);
}));

test("an import tells how far it is, and lists come in pages", () => inWorld(async (world) => {
  const path = join(world.folder, "grades.csv");
  writeFileSync(path, sheet(250));
  const stages = new Set<string>();
  const job = await world.bank.credits.importBegin(world.key, IMPORT);
  const reply = await job.run({
    input: createReadStream(path), progress: (progress) => stages.add(progress.stage) });
  assert.equal(reply.deposited, 250n);
  assert.ok(stages.size > 1);
  assert.ok(job.isClosed);
  const ids = (await all(world.bank.credits.of(await world.learner()))).map((one) => one.id);
  assert.equal(new Set(ids).size, 250);
  assert.equal((await all(world.bank.batches.of("COLLEGE"))).length, 1);
  assert.equal((await all(world.bank.institutions.all()))[0]!.institution, "COLLEGE");
  assert.ok((await all(world.bank.learners.entries(await world.learner()))).length > 250);
}));

test("wrong rows come back in a file", () => inWorld(async (world) => {
  const wrong = new TextEncoder().encode("R-9,乙二,36031318851122002Y,JX9,课程,1,通过,2024-06-21\n");
  const errors: Uint8Array[] = [];
  const reply = await (await world.bank.credits.importBegin(world.key, IMPORT)).run({
    input: [sheet(2), wrong], output: (bytes) => errors.push(bytes) });
  assert.equal(reply.rejected, 1n);
  assert.equal(reply.errors[0]!.row, 4n);
  assert.match(Buffer.concat(errors).toString(), /JX9/);
  assert.equal(reply.deposited, 0n, "without keepGoing nothing is done");
}));

test("a transcript is verified without a bank", () => inWorld(async (world) => {
  const account = await world.learner();
  await world.credit(account, "R-1", "JX101", "3.5");
  await world.credit(account, "R-2", "JX102", "0.125");
  const file = await world.transcript(account);
  using verifier = await world.verifier();
  await world.bank.close();
  const verdict = verifier.verify({ file, recipient: "PARTNER" }).orThrow();
  assert.equal(verdict.account, account);
  assert.equal(verdict.holder, "甲一");
  assert.deepEqual(verdict.totals, new Map([["credit", "3.625"]]));
  assert.deepEqual([...verdict.items()], verdict.report.items);
  assert.deepEqual([...verdict.items()].filter((one) => one.record).map((one) => one.record!.code),
    ["JX101", "JX102"]);
  const packed = (report: VerdictReport) => toBinary(VerdictReportSchema, report);
  assert.deepEqual(packed(verdict.head), packed({ ...verdict.report, items: [] }));
  assert.ok(verdict.expiresAt! > new Date());
  const later = await verifier.verifyAsync({ file, recipient: "PARTNER" });
  assert.deepEqual(later.report, verdict.report);
}));

test("a changed transcript is a clear no", () => inWorld(async (world) => {
  const file = await world.transcript(await world.learner());
  using verifier = await world.verifier();
  const other = verifier.verify({ file, recipient: "SOMEBODY" });
  assert.ok(!other.isValid);
  assert.equal(other.status, Status.WRONG_RECIPIENT);
  assert.equal(other.verdict, "WRONG_RECIPIENT");
  assert.equal(other.refusal!.reason, "RECIPIENT_OTHER");
  assert.throws(() => other.orThrow(), VerificationError);
  file[file.length >> 1]! ^= 1;
  const changed = verifier.verify({ file, recipient: "PARTNER" });
  assert.ok(!changed.isValid);
  assert.deepEqual([...changed.items()], []);
  assert.equal(changed.account, "");
}));

test("a plan says what counts, and why others do not", () => inWorld(async (world) => {
  const account = await world.learner();
  await world.publish(["rules.yaml", RULES]);
  await world.publish(["programme.yaml", PROGRAMME], ["rules.yaml", RULES]);
  await world.credit(account, "R-1", "JX101", "5");
  const unused = await world.credit(account, "R-2", "JX999", "2");
  const plan = await world.bank.plans.propose({ account, programme: "example/programme" });
  assert.ok(plan.isOptimal && !plan.isMet);
  assert.equal(plan.counted, "4");
  assert.deepEqual(plan.missingByBucket, new Map([["core", "2"]]));
  assert.deepEqual(plan.plan.applications.map((one) => one.rule), ["mathematics"]);
  const { recordId } = (await world.bank.credits.showOne(unused))!;
  assert.deepEqual(plan.reasons,
    new Map([[Buffer.from(recordId).toString("hex"), RefusalReason.NO_RULE]]));
  assert.ok(await world.bank.publications.showOne("example/rules@1"));
  assert.equal((await all(world.bank.publications.all())).length, 2);
  await world.bank.plans.recognise(world.key,
    { plan: plan.bytes, head: { institution: "COLLEGE", number: "2024-1" } });
  assert.deepEqual((await all(world.bank.recognitions.of(account)))
    .map((one) => one.head!.number), ["2024-1"]);
}));

test("a record's place in the log is proven", () => inWorld(async (world) => {
  const id = await world.credit(await world.learner(), "R-1", "JX101", "3");
  const proof = await world.bank.log.prove({ id });
  assert.equal(proof.index, BigInt(id.split("-")[0]!));
  assert.equal(proof.leaf.length, 107);
  assert.match(Buffer.from(proof.proof).toString(), /^c2sp.org\/tlog-proof@v1\n/);
  assert.equal((await world.bank.log.checkpoint()).size, proof.size);
}));

test("keys may have a passphrase", () => inWorld(async (world) => {
  const file = join(world.folder, "密钥.pem");
  const passphrase = "长口令 with 16 chars";
  await world.key.save(file, { passphrase });
  await assert.rejects(Key.open(file), PermissionError);
  await assert.rejects(Key.open(file, { passphrase: "wrong" }), PermissionError);
  using key = await Key.open(file, { passphrase });
  assert.deepEqual(key.show(), world.key.show());
  assert.deepEqual(await Key.showPublic(`${file}.pub`), world.key.show());
  const reference = join(world.folder, "reference");
  await ReferenceKey.save(world.bank, "COLLEGE", reference);
  assert.equal((await ReferenceKey.open(reference)).length, 32);
  await ReferenceKey.create(`${reference}2`, { passphrase });
  assert.equal((await ReferenceKey.open(`${reference}2`, { passphrase })).length, 32);
}));

test("a backup becomes a bank again", () => inWorld(async (world) => {
  await world.learner();
  const file = join(world.folder, "backup");
  await world.bank.backup({ file });
  const path = join(world.folder, "copy");
  await Bank.restore({ file, path, guard: `${world.path}.guard`, keys: join(world.path, "keys") });
  assert.ok(existsSync(path));
  assert.ok((await (await world.bank.checkBegin()).run()).ok);
}));

test("a job is stepped by hand", () => inWorld(async (world) => {
  await using job = await world.bank.credits.importBegin(world.key, IMPORT);
  let state = JobState.MORE;
  let fed = false;
  while (state !== JobState.DONE) {
    state = await job.step(0);
    if (state === JobState.NEEDS_INPUT) await (fed ? job.feedEnd() : job.feed(sheet(3)));
    fed ||= state === JobState.NEEDS_INPUT;
  }
  assert.equal((await job.finish()).deposited, 3n);
}));

test("the library names itself", () => {
  assert.match(version(), /^0\.1\./);
  assert.equal(statusName(301), "not_found");
});
