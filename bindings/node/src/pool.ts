import { Worker } from "node:worker_threads";
import type { Ask, Said } from "./invoke.js";

/**
 * Threads of the binding's own for what may touch a disk or take long. They are not those of
 * Node.js, whose files and sockets go on meanwhile; and they begin as they are needed, so that slow
 * calls do not keep quick ones waiting before there are as many as CBANK_THREADS says.
 */
const THREADS = Math.max(1, Number(process.env["CBANK_THREADS"]) || 16);
const KEPT = 2;

interface Task {
  message: unknown;
  moved: ArrayBuffer[];
  resolve: (value: never) => void;
  reject: (reason: Error) => void;
}

interface Thread {
  worker: Worker;
  /** 0 while the thread begins or calls the library, shared with it. */
  quiet: Int32Array;
  task: Task | null;
  timer: NodeJS.Timeout | null;
}

const threads = new Set<Thread>();
const idle: Thread[] = [];
const waiting: Task[] = [];

/** How long a process that ends waits for calls that are under way, in milliseconds. */
const PATIENCE = 5000;

/**
 * A thread that is ended in the middle of a call, or while it loads the library, would take the
 * process down with an error of its own. The calls go on meanwhile; nothing new is begun.
 */
process.on("exit", () => {
  const until = Date.now() + PATIENCE;
  for (const thread of threads) {
    Atomics.wait(thread.quiet, 0, 0, Math.max(0, until - Date.now()));
  }
});

function begin(): Thread {
  // Options of the program are not for these threads; some would keep them from beginning.
  const quiet = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    execArgv: [], workerData: quiet,
  });
  const thread: Thread = { worker, quiet, task: null, timer: null };
  worker.on("message", (answer) => finish(thread, answer));
  worker.on("error", (failure) => lose(thread, failure));
  worker.on("exit", () => lose(thread, new Error("a thread of cbank has ended")));
  threads.add(thread);
  return thread;
}

function lose(thread: Thread, failure: Error): void {
  threads.delete(thread);
  const at = idle.indexOf(thread);
  if (at >= 0) idle.splice(at, 1);
  thread.task?.reject(failure);
  thread.task = null;
  next();
}

function finish(thread: Thread, answer: { failure: string } | null | Said): void {
  const task = thread.task!;
  thread.task = null;
  thread.worker.unref();
  idle.push(thread);
  if (idle.length > KEPT) rest(thread);
  if (answer !== null && "failure" in answer) task.reject(new Error(answer.failure));
  else task.resolve(answer as never);
  next();
}

/** A thread that nobody needs for some time goes. */
function rest(thread: Thread): void {
  thread.timer = setTimeout(() => {
    const at = idle.indexOf(thread);
    if (at < 0) return;
    idle.splice(at, 1);
    threads.delete(thread);
    void thread.worker.terminate();
  }, 5000).unref();
}

function next(): void {
  while (waiting.length > 0 && (idle.length > 0 || threads.size < THREADS)) {
    const thread = idle.pop() ?? begin();
    if (thread.timer !== null) clearTimeout(thread.timer);
    const task = waiting.shift()!;
    thread.timer = null;
    thread.task = task;
    thread.worker.ref();
    Atomics.store(thread.quiet, 0, 0);
    thread.worker.postMessage(task.message, task.moved);
  }
}

function send<T>(message: unknown, moved: ArrayBuffer[]): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    waiting.push({ message, moved, resolve: resolve as (value: never) => void, reject });
    next();
  });
}

/** Calls the library in a thread of the pool. The memory of bytes that are given goes there. */
export function invokeLater(ask: Ask): Promise<Said> {
  const moved = ask.given.flatMap((one) => {
    const bytes = one instanceof Uint8Array ? one : one !== null && typeof one === "object"
      ? one.text : null;
    return bytes !== null && bytes.length > 0 && bytes.byteLength === bytes.buffer.byteLength
      ? [bytes.buffer as ArrayBuffer] : [];
  });
  return send<Said>(ask, moved);
}

/** Closes a handle that may have to write, in a thread of the pool. */
export function closeLater(name: string, address: bigint): Promise<void> {
  return send<void>({ close: name, address }, []);
}
