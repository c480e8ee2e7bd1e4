import { fromBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { good, later } from "./call.js";
import { Handle } from "./handle.js";
import type { Argument, Kind, Said } from "./invoke.js";
import { ProgressSchema, type Progress } from "./generated/api.js";

/** What a job wants next. */
export enum JobState {
  /** To step again. */
  MORE = 1,
  /** Input, or to hear that it has ended. */
  NEEDS_INPUT = 2,
  /** To have its output read. */
  HAS_OUTPUT = 3,
  /** To be finished. */
  DONE = 4,
}

/** How to run a job to its end. */
export interface RunOptions {
  /** What is fed: bytes, or pieces of them, such as a stream of a file. */
  input?: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Takes the output; `name` says which, of a job that has several. */
  output?: (bytes: Uint8Array, name: string) => unknown;
  /** Hears how far it is, after each step. */
  progress?: (progress: Progress) => unknown;
  /** Stops it, between steps. */
  signal?: AbortSignal;
}

const BUDGET = 100;
const PIECE = 256 << 10;

/** Pieces that are not too large, whatever is given. */
async function* pieces(input: RunOptions["input"]): AsyncGenerator<Uint8Array, void> {
  if (input === undefined) return;
  for await (const part of input instanceof Uint8Array ? [input] : input) {
    if (!(part instanceof Uint8Array)) throw new TypeError("input is bytes");
    for (let at = 0; at < part.length; at += PIECE) yield part.subarray(at, at + PIECE);
  }
}

/**
 * Long work in steps, each in a thread of the pool. `run` does all of it; or step until it is done,
 * feed what it asks for, read what it has, and finish. Nothing is locked between steps. A failure
 * ends it: only closing is left. Closing a job that is not done cancels it. Calls on one job follow
 * one another, however they are made.
 */
export class Job<D extends DescMessage> extends Handle {
  readonly #schema: D;
  #turn: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(schema: D, address: bigint, kept: Handle[]) {
    super("job", address, true, kept);
    this.#schema = schema;
  }

  /** Runs it to its end, and closes it. An aborted signal's reason is thrown. */
  async run(options: RunOptions = {}): Promise<MessageShape<D>> {
    const input = pieces(options.input);
    try {
      for (;;) {
        options.signal?.throwIfAborted();
        const state = await this.step(BUDGET);
        if (options.progress) await options.progress(await this.progress());
        if (state === JobState.DONE) return await this.finish();
        if (state === JobState.NEEDS_INPUT) await this.#feedNext(input);
        else if (state === JobState.HAS_OUTPUT) await this.#passOn(options.output);
      }
    } finally {
      await input.return();
      await this.close();
    }
  }

  async #feedNext(input: AsyncGenerator<Uint8Array, void>): Promise<void> {
    const piece = await input.next();
    await (piece.done ? this.feedEnd() : this.feed(piece.value));
  }

  async #passOn(output: RunOptions["output"]): Promise<void> {
    const name = (await this.progress()).output;
    const bytes = await this.read();
    if (output) await output(bytes, name);
  }

  /** Works for about so many milliseconds, and tells what is next. */
  async step(milliseconds = BUDGET): Promise<JobState> {
    const budget = Math.max(0, Math.min(Math.trunc(milliseconds) || 0, 60_000));
    return (await this.#call("cbank_job_step", "state", [budget])).state;
  }

  /** Hands over the next bytes of the input. */
  async feed(bytes: Uint8Array): Promise<void> {
    if (!(bytes instanceof Uint8Array)) throw new TypeError("input is bytes");
    await this.#call("cbank_job_feed", "nothing", [new Uint8Array(bytes)]);
  }

  /** Says that the input is complete. */
  async feedEnd(): Promise<void> {
    await this.#call("cbank_job_feed_end", "nothing", []);
  }

  /** Takes the output that there is. */
  async read(): Promise<Uint8Array> {
    return (await this.#call("cbank_job_read", "reply", [])).reply;
  }

  /** How far it is. */
  async progress(): Promise<Progress> {
    return fromBinary(ProgressSchema, (await this.#call("cbank_job_progress", "reply", [])).reply);
  }

  /** The result of a job that is done. */
  async finish(): Promise<MessageShape<D>> {
    return fromBinary(this.#schema, (await this.#call("cbank_job_finish", "reply", [])).reply);
  }

  #call(name: string, kind: Kind, given: Argument[]): Promise<Said> {
    const said = this.#turn.then(async () => good(await later(name, kind, [this], given)));
    this.#turn = said.catch(() => undefined);
    return said;
  }
}
