// What a verification costs from Node.js beside the same from C: processor time of the process.
// Usage: bench.js C-PROGRAM FILES COUNT        FILES is the folder of the shared cases
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Verifier } from "cbank";

const [program, files, counted] = process.argv.slice(2) as [string, string, string];
const count = Number(counted);
const pinned = JSON.parse(readFileSync(join(files, "cases.json"), "utf8")).scenes[0].steps[0].request;
const file = readFileSync(join(files, "whole.transcript"));
const at = BigInt(pinned.at);
using verifier = Verifier.open({
  directory: readFileSync(join(files, "bank.directory")), at,
  rootFingerprint: pinned.root_fingerprint });
const inC = Number(execFileSync(program, [join(files, "bank.directory"), pinned.root_fingerprint,
  join(files, "whole.transcript"), "COLLEGE-B", String(at), counted]));

const ask = { file, recipient: "COLLEGE-B", at };
const verify = () => verifier.verify(ask).orThrow();

/** Nanoseconds a call, in the fastest of five rounds. */
async function fastest(call: () => unknown): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < 5; round++) {
    const from = process.cpuUsage();
    for (let i = 0; i < count; i++) await call();
    const { user, system } = process.cpuUsage(from);
    best = Math.min(best, (user + system) * 1000 / count);
  }
  return best;
}

function tell(name: string, spent: number): void {
  const more = ((spent / inC - 1) * 100).toFixed(1).padStart(7);
  console.log(`${name.padEnd(28)} ${(spent / 1000).toFixed(1).padStart(8)} us ${more} %`);
}

console.log(`${"C".padEnd(28)} ${(inC / 1000).toFixed(1).padStart(8)} us`);
tell("verified, nothing decoded", await fastest(verify));
tell("and the totals", await fastest(() => verify().totals));
tell("and every record", await fastest(() => [...verify().items()]));
tell("in a thread of the pool", await fastest(() => verifier.verifyAsync(ask)));
