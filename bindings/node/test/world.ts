// A bank with a college in it. The people are invented; nobody is as old as their numbers say.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { amount, Bank, Institutions, Key, Rules, Verifier } from "cbank";
import { RecordType } from "cbank/v1";

export const ORIGIN = "bank.example/credit/sha256-ed25519/1";
export const NUMBER = "360302188103040012";
export const OTHER_NUMBER = "36031318851122002X";

const COMMON = `edition: 1
authority: COLLEGE
title: {zh: 示例, en: Example}
standing: own
effective: 2020-01-01..
date: application
partial_dates: refuse
zone: "+08:00"
`;

export const RULES = `kind: ruleset
id: example/rules
${COMMON}defaults: {use: everywhere}
rules:
  - id: mathematics
    priority: 10
    sources: {codes: JX101}
    grants: {course: MATH, amount: catalogue, grade: passed}
`;

export const PROGRAMME = `kind: programme
id: example/programme
${COMMON}unit: credit
total: 10
rule_sets: [example/rules]
uses: [{kind: ruleset, id: example/rules, edition: 1, file: rules.yaml}]
buckets:
  - {id: core, min: 6, title: {zh: 核心课, en: core}}
  - {id: free, title: {zh: 任选课, en: free}}
courses:
  - {code: MATH, title: {zh: 数学, en: Mathematics}, amount: 4, buckets: [core]}
`;

export const SHEET = {
  format: "generic",
  map: "reference=记录编号,name=姓名,id_number=公民身份号码,code=课程号,title=课程名称,credits=学分,"
    + "outcome=结果,awarded=获得日期",
  set: "id_type=cn-id,type=course",
  passed: ["通过"],
  failed: ["未通过"],
};

export const IMPORT = { institution: "COLLEGE", openAccounts: true, lang: "en", sheet: SHEET };

/** A file of so many rows, each of another course of the same person. */
export function sheet(rows: number): Uint8Array {
  const lines = ["记录编号,姓名,公民身份号码,课程号,课程名称,学分,结果,获得日期"];
  for (let i = 0; i < rows; i++) {
    lines.push(`R-${i},甲一,${NUMBER},JX${i},课程,1,通过,2024-06-21`);
  }
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
}

export function record(reference: string, code: string, credits: string) {
  return {
    reference, code, type: RecordType.COURSE, title: [{ lang: "zh", value: "高等数学" }],
    amounts: [amount("credit", credits)], awardedOn: 20240621,
  };
}

export class World {
  private constructor(readonly folder: string, readonly path: string, readonly bank: Bank,
    readonly key: Key, readonly fingerprint: string) {}

  static async make(): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), "cbank-node-"));
    const path = join(folder, "银行");
    const names = [{ lang: "zh", value: "示范学分银行" }];
    const { fingerprint } = await Bank.create({ path, origin: ORIGIN, names });
    const world = new World(folder, path, await Bank.open(path), Key.create(), fingerprint);
    const { file } = Institutions.request(world.key,
      { origin: ORIGIN, institution: "COLLEGE", names: [{ lang: "zh", value: "示范学院" }] });
    await world.bank.institutions.admit({ file });
    return world;
  }

  learner(): Promise<string> {
    return this.bank.learners.openOne("甲一", "cn-id", NUMBER);
  }

  /** Issues a record; answers its id. */
  async credit(account: string, reference: string, code: string, credits: string): Promise<string> {
    return (await this.bank.credits.issueOne(this.key, "COLLEGE", account,
      record(reference, code, credits))).id;
  }

  async transcript(account: string): Promise<Uint8Array> {
    const request = { account, recipient: "PARTNER", showName: true };

    await this.bank.consents.give({ ...request, until: 20991231 });
    return (await this.bank.transcripts.issue(request)).file;
  }

  async verifier(): Promise<Verifier> {
    using root = await Key.open(join(this.path, "keys/root.key"));
    const { file } = await this.bank.directory(root);
    return Verifier.open({ directory: file, rootFingerprint: this.fingerprint });
  }

  /** Signs documents, the main one first, and publishes what comes of it. */
  async publish(...documents: [name: string, text: string][]): Promise<void> {
    const signed: Uint8Array[] = [];
    await Rules.signBegin(this.key, { lang: "en", documents: documents.map(([name, text]) =>
      ({ name, content: new TextEncoder().encode(text) })) })
      .run({ output: (bytes) => signed.push(bytes) });
    const job = await this.bank.publications.publishBegin({});
    await job.run({ input: signed });
  }

  async close(): Promise<void> {
    await this.key.close();
    await this.bank.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** Runs a test in a world of its own. */
export async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const world = await World.make();
  try {
    await test(world);
  } finally {
    await world.close();
  }
}
