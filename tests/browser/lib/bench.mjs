// SPDX-License-Identifier: MIT
//
// Bench: `pushbench serve`, which runs experiments for the page of the claims.

import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { BINARY } from "./lab_server.mjs";

const PUSHBENCH = path.resolve(process.env.PUSHBENCH ?? path.join(path.dirname(BINARY), "../bench/pushbench"));

/** For pages of these origins. Resolves to {url, stop()}. */
export async function startBench(...origins) {
  const child = spawn(PUSHBENCH, ["serve", "--control-origin", origins.join(",")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PUSHLAB: BINARY },
  });
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const ready = new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const line = await Promise.race([ready, ended]);
  const [, address] = /^service (\S+)$/.exec(line) ?? [];
  if (!address) throw new Error(`pushbench serve did not become ready: ${line}`);
  return {
    url: `http://${address}/`,
    async stop() {
      child.kill("SIGTERM");
      const status = await ended;
      process.removeListener("exit", killAtExit);
      if (status !== 0) throw new Error(`pushbench serve ended with ${status}`);
    },
  };
}
