// A thread of the pool: one call at a time, for whoever waits for it elsewhere.
import { parentPort, workerData } from "node:worker_threads";
import { invoke, type Ask } from "./invoke.js";
import { native } from "./library.js";

type Message = Ask | { close: string; address: bigint };

const quiet: Int32Array = workerData;

function answer(message: Message): void {
  if ("close" in message) {
    native(message.close)(message.address);
    parentPort!.postMessage(null);
    return;
  }
  try {
    const said = invoke(message);
    const moved = said.reply.length > 0 ? [said.reply.buffer as ArrayBuffer] : [];
    parentPort!.postMessage(said, moved);
  } catch (failure) {
    parentPort!.postMessage({ failure: String(failure) });
  }
}

parentPort!.on("message", (message: Message) => {
  try {
    answer(message);
  } finally {
    Atomics.store(quiet, 0, 1);
    Atomics.notify(quiet, 0);
  }
});
