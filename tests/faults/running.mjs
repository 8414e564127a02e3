// SPDX-License-Identifier: MIT
//
// Running: the programs that were started here, none of which outlives this one.

import { spawn } from "node:child_process";

const INTERRUPTED = 130;
const running = new Set();

export function start(program, words, env) {
  const child = spawn(program, words, { env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  child.ended = new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(code ?? signal));
  });
  child.ended.then(() => running.delete(child));
  return child;
}

/** Runs it to its end: {status, text, complaint}. */
export async function output(program, words, env) {
  const child = start(program, words, env);
  let text = "";
  let complaint = "";
  child.stdout.setEncoding("utf8").on("data", (piece) => (text += piece));
  child.stderr.setEncoding("utf8").on("data", (piece) => (complaint += piece));
  return { status: await child.ended, text, complaint };
}

export async function stop(child) {
  child.kill("SIGTERM");
  await child.ended;
}

export async function end() {
  await Promise.all([...running].map(stop));
}

let leaving = false;

export function interrupted() {
  return leaving;
}

/** Ctrl-C: tidy(), and all that runs ends first. To be called again when something else has begun to
 * listen to signals, as drivers of browsers do. */
export function onInterrupt(tidy) {
  const leave = async () => {
    if (leaving) return;
    leaving = true;
    await tidy();
    await end();
    process.exit(INTERRUPTED);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeAllListeners(signal).on(signal, leave);
}
