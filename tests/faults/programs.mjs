// SPDX-License-Identifier: MIT
//
// Programs: where they lie, and which faults there are.

import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { output } from "./running.mjs";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const PLAIN = path.resolve(process.env.PUSHLAB ?? path.join(ROOT, "build/server/pushlab"));
const BUILD = path.resolve(path.dirname(PLAIN), "..");
export const FAULTY = path.join(BUILD, "tests/faults/pushlab_faulty");
export const PUSHBENCH = path.resolve(process.env.PUSHBENCH ?? path.join(BUILD, "bench/pushbench"));
export const RELAY = path.join(BUILD, "bench/relay/pushrelay");

/** [{name, claim, text}] */
export async function listFaults() {
  for (const program of [PLAIN, FAULTY, PUSHBENCH, RELAY]) {
    if (!existsSync(program)) throw new Error(`there is no ${program}: build it (./dev build), or name the server by PUSHLAB=`);
  }
  const { text } = await output(FAULTY, [], environment("list"));
  return text.trim().split("\n").map((line) => {
    const [, name, claim, what] = /^(\S+) (\d+) (.*)$/.exec(line);
    return { name, claim: Number(claim), text: what };
  });
}

/** In which pushbench starts the server that is meant. fault: none when it is left out. */
export function environment(fault) {
  const { PUSHLAB_FAULT, ...others } = process.env;
  return fault ? { ...others, PUSHLAB: FAULTY, PUSHLAB_FAULT: fault } : { ...others, PUSHLAB: PLAIN };
}
