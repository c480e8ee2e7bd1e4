import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import koffi from "koffi";
import { signatures } from "./generated/signatures.js";

/** The library whose functions these are: another minor version may have other ones. */
const VERSION = "0.1.";

/** A function of the library. */
export type Native = (...values: unknown[]) => unknown;

/**
 * Where libcbank is: the file that the variable CBANK_LIBRARY names; else the one in the package;
 * else where the system keeps libraries.
 */
function candidates(): string[] {
  const named = process.env["CBANK_LIBRARY"];
  if (named) return [named];
  const packed = fileURLToPath(
    new URL(`../native/${process.platform}-${process.arch}/libcbank.so`, import.meta.url));
  return [...(existsSync(packed) ? [packed] : []), "libcbank.so.0"];
}

function load(): Map<string, Native> {
  if (!["x64", "arm64", "riscv64", "loong64", "ppc64"].includes(process.arch)) {
    throw new Error("cbank needs a processor of 64 bits");
  }
  let failure: unknown;
  for (const path of candidates()) {
    try {
      return declare(path);
    } catch (cause) {
      failure ??= cause;
    }
  }
  throw new Error("libcbank is not installed, and not in the package; install it, or state where "
    + "it is with CBANK_LIBRARY=FILE", { cause: failure });
}

function declare(path: string): Map<string, Native> {
  const library = koffi.load(path);
  const version = library.func("cbank_version", "str", [])() as string;
  if (!version.startsWith(VERSION)) {
    throw new Error(`this binding is for libcbank ${VERSION}x, not for ${version} in ${path}`);
  }
  const functions = new Map<string, Native>();
  for (const [name, [answer, parameters]] of Object.entries(signatures)) {
    functions.set(name, library.func(name, answer, parameters.map(typeOf)));
  }
  // Copies what the library wrote to where JavaScript keeps it.
  functions.set("memcpy", library.func("memcpy", "void *", ["void *", "uintptr_t", "size_t"]));
  return functions;
}

const functions = load();

/** Handles are addresses. */
function typeOf(parameter: string): string {
  return ["bank", "job", "key", "verifier"].includes(parameter) ? "uintptr_t" : parameter;
}

/** A function by its name. */
export function native(name: string): Native {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`libcbank has no ${name}`);
  return found;
}
