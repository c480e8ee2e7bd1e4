import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { decimal } from "./amounts.js";
import { PlansCalls } from "./generated/plans.js";
import type { PlanMakeRequestSchema } from "./generated/api.js";
import { PlanSchema, type Plan, type RefusalReason } from "./generated/v1.js";

/** Plans: the conversion that provably keeps the most credit. */
export class Plans extends PlansCalls {
  /** What an account comes to in a programme: `{ account, programme }`, and more. */
  async propose(request: MessageInitShape<typeof PlanMakeRequestSchema>): Promise<Proposal> {
    return new Proposal((await this.make(request)).plan);
  }
}

/** A plan, and why it is that one. It proposes and binds nobody. */
export class Proposal {
  /** All of it: applications of rules, refusals with their reasons, buckets, suggestions. */
  readonly plan: Plan;

  /** The plan, byte for byte: what is recognised and checked. */
  readonly bytes: Uint8Array;

  /** Reads what a planner answered. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.plan = fromBinary(PlanSchema, bytes);
  }

  /** Whether it is proven that no plan is better. */
  get isOptimal(): boolean {
    return this.plan.optimal;
  }

  /** Whether the account fulfils the programme with it. */
  get isMet(): boolean {
    return (this.plan.measures?.missingMilli ?? 0n) === 0n;
  }

  /** What counts, in the programme's unit. */
  get counted(): string {
    return decimal(this.plan.measures?.countedMilli ?? 0n);
  }

  /** What is missing, in the programme's unit. */
  get missing(): string {
    return decimal(this.plan.measures?.missingMilli ?? 0n);
  }

  /** What is missing, bucket by bucket; buckets that are full are left out. */
  get missingByBucket(): Map<string, string> {
    return new Map(this.plan.buckets.filter((one) => one.missingMilli > 0n)
      .map((one) => [one.bucket, decimal(one.missingMilli)]));
  }

  /** Why each unused record is not used: its record id in hexadecimal digits, and the reason. */
  get reasons(): Map<string, RefusalReason> {
    return new Map(this.plan.refusals.map((one) =>
      [Buffer.from(this.plan.sources[one.source]!.record).toString("hex"), one.reason]));
  }
}
