// SPDX-License-Identifier: MIT
//
// By hand, and not part of the suite: the ladder behind every real proxy that is installed, as it
// comes and set up for push. In each it must bring the first message within 5 s, lose and repeat
// nothing, end on the best transport that the matrix says works there, and name the right reason.
//
//   node tests/browser/ladder_real.mjs [NAME…]     PUSHLAB and PUSHBENCH name the programs

import { isDeepStrictEqual } from "node:util";
import { startServer } from "../clients/server.mjs";
import { climb, placeBehind } from "./lib/climb.mjs";
import { listHolds, startHold } from "./lib/hold.mjs";

const PROMISED_MS = 5000;
const HISTORY = "20000,1h,64M";
const WIDTHS = [24, 13, 9, 8, 12, 8, 9, 40];

const row = (...cells) => console.log(cells.map((cell, i) => String(cell).padEnd(WIDTHS[i])).join(" ").trimEnd());
const seconds = (ms) => (ms === null ? "–" : `${(ms / 1000).toFixed(2)} s`);

/** What is wrong with it, in words; empty: nothing. */
function faultsOf({ first_ms, place, whole }, expected) {
  const faults = [];
  if (first_ms > PROMISED_MS) faults.push(`first message after ${seconds(first_ms)}`);
  if (!whole) faults.push("lost, repeated or out of order");
  if (!isDeepStrictEqual(place, expected)) faults.push(`expected ${JSON.stringify(expected)}, not ${JSON.stringify(place)}`);
  return faults;
}

async function climbBehind(server, name, configuration) {
  const hold = await startHold(server, name, configuration);
  try {
    const seen = await climb(server, hold, `${name}-${configuration}`);
    const faults = faultsOf(seen, placeBehind(hold.title, configuration));
    const reasons = Object.entries(seen.place.passed_over).map(([transport, code]) => `${transport}: ${code}`);
    const { first_ms, place, place_ms, count } = seen;
    row(hold.title, configuration, hold.version, seconds(first_ms), place.transport, seconds(place_ms), count, reasons.join(", "));
    return faults;
  } catch (error) {
    return [error.message];
  } finally {
    await hold.stop();
  }
}

const wanted = process.argv.slice(2);
const environments = (await listHolds()).filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const server = await startServer("--history", HISTORY);
let faulty = 0;
row("environment", "configuration", "version", "first", "ends on", "after", "messages", "why not better");
for (const { name, title, cured, missing } of environments) {
  if (missing) {
    console.log(`${title}: SKIP: not installed (apt install ${missing})`);
    continue;
  }
  for (const configuration of cured ? ["default", "cured"] : ["default"]) {
    const faults = await climbBehind(server, name, configuration);
    for (const fault of faults) console.log(`  ${title}, ${configuration}: ${fault}`);
    faulty += faults.length > 0 ? 1 : 0;
  }
}
await server.stop();
console.log(faulty === 0 ? "all as promised" : `${faulty} not as promised`);
process.exitCode = faulty === 0 ? 0 : 1;
