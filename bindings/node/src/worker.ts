// A thread of the pool: one call at a time, for whoever waits for it elsewhere.
import { parentPort } from "node:worker_threads";
import { invoke, type Ask } from "./invoke.js";
import { native } from "./library.js";

type Message = Ask | { close: string; address: bigint };

parentPort!.on("message", (message: Message) => {
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
});
