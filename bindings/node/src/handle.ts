import { closeLater } from "./pool.js";
import { native } from "./library.js";

/** What is left when the handle itself is gone. */
class State {
  uses = 0;
  closed = false;
  readonly ended: Promise<void>;
  #end!: () => void;

  constructor(readonly noun: string, readonly address: bigint, readonly writes: boolean,
    readonly kept: State[]) {
    this.ended = new Promise((resolve) => (this.#end = resolve));
    for (const one of kept) one.uses++;
  }

  release(): void {
    this.uses--;
    this.#endIfDue();
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.#endIfDue();
  }

  #endIfDue(): void {
    if (!this.closed || this.uses > 0) return;
    const name = `cbank_${this.noun}_close`;
    const done = () => {
      for (const one of this.kept) one.release();
      this.#end();
    };
    if (this.writes) {
      void closeLater(name, this.address).finally(done);
    } else {
      native(name)(this.address);
      done();
    }
  }
}

const forgotten = new FinalizationRegistry<State>((state) => state.close());

/**
 * Something of the library's that has to be closed: with `close`, or with `using`. Calls keep it
 * while they last, and so does a job begun with it: it is closed in earnest when the last of them
 * has ended. Whoever forgets to close it has the collector do so, some time.
 */
export abstract class Handle {
  readonly #state: State;

  protected constructor(noun: string, address: bigint, writes: boolean, kept: Handle[] = []) {
    this.#state = new State(noun, address, writes, kept.map((one) => one.#state));
    forgotten.register(this, this.#state, this);
  }

  /** Closes it; once more does nothing. The promise ends when nothing uses it any more. */
  close(): Promise<void> {
    forgotten.unregister(this);
    this.#state.close();
    return this.#state.ended;
  }

  /** Whether it was closed. */
  get isClosed(): boolean {
    return this.#state.closed;
  }

  /** What `using` does at the end of its block: closes it. */
  [Symbol.dispose](): void {
    void this.close();
  }

  /** What `await using` does: closes it, and waits until nothing uses it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal Keeps it for a call, and answers its address; throws if it was closed. */
  static acquire(handle: Handle, noun: string): bigint {
    if (!(handle instanceof Handle) || handle.#state.noun !== noun) {
      throw new TypeError(`a ${noun} of cbank is needed here`);
    }
    if (handle.#state.closed) throw new Error(`this ${handle.#state.noun} is closed`);
    handle.#state.uses++;
    return handle.#state.address;
  }

  /** @internal */
  static release(handle: Handle): void {
    handle.#state.release();
  }
}
