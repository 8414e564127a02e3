// SPDX-License-Identifier: MIT
// Starts the server for the foreign clients' tests, and stops it with them.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const BINARY = path.resolve(process.env.PUSHLAB ?? path.join(ROOT, "build/server/pushlab"));

/** Starts pushlab and resolves, on its ready line, to {port, http, ws, stop(), kill()}. */
export async function startServer(...options) {
  if (!existsSync(BINARY)) throw new Error(`no server at ${BINARY}: build it, or name it by PUSHLAB=`);
  const port = options.find((option) => typeof option === "number") ?? 0;
  const words = options.filter((option) => typeof option === "string");
  if (!words.includes("--feed")) words.push("--feed", "none");
  const child = spawn(BINARY, ["--listen", `127.0.0.1:${port}`, ...words], {
    cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  let complaints = "";
  child.stderr.on("data", (text) => (complaints += text));
  const ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
  const ready = new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const line = await Promise.race([ready, ended.then(() => "")]);
  const found = /^ready http:\/\/(\S+):(\d+)\/$/.exec(line);
  if (!found) throw new Error(`not ready: ${line} ${complaints}`);
  const authority = `${found[1]}:${found[2]}`;
  return {
    port: Number(found[2]),
    http: `http://${authority}`,
    ws: `ws://${authority}`,
    /** SIGTERM must end it with 0 and without a complaint. */
    async stop() {
      child.kill("SIGTERM");
      const { code, signal } = await ended;
      if (code !== 0 || complaints) throw new Error(`ended with ${code ?? signal}: ${complaints}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Publishes; resolves to {id, seq, subscribers}. */
export async function publish(server, topic, data, headers = {}) {
  const answer = await fetch(`${server.http}/publish/${topic}`, {
    method: "POST", body: data, headers: { "Content-Type": "text/plain", ...headers } });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** A queue of what an emitter gives: next() resolves to the next item, whenever it comes. */
export function queue() {
  const items = [];
  const waiting = [];
  return {
    push: (item) => (waiting.length ? waiting.shift()(item) : items.push(item)),
    next: () => (items.length ? Promise.resolve(items.shift())
      : new Promise((resolve) => waiting.push(resolve))),
  };
}
