// SPDX-License-Identifier: MIT
//
// Hold: real proxies, which `pushbench compat hold` puts before a server, as they come and set up
// for push; and what a client needs to go through those that are forward proxies.

import { execFile, spawn } from "node:child_process";
import http from "node:http";
import path from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { EventSource } from "eventsource";
import WebSocket from "ws";
import { BINARY } from "./lab_server.mjs";

const PUSHBENCH = path.resolve(process.env.PUSHBENCH ?? path.join(path.dirname(BINARY), "../bench/pushbench"));

/** [{name, title, cured, forward, version, missing}]: missing is the package that is not installed. */
export async function listHolds() {
  const { stdout } = await promisify(execFile)(PUSHBENCH, ["compat", "hold", "--list", "--json"]);
  return JSON.parse(stdout);
}

/** Resolves to what the program tells of it, {title, version, server, open, proxy…}, and stop(). */
export async function startHold(server, name, configuration) {
  const child = spawn(PUSHBENCH, ["compat", "hold", name, configuration, "--server", server.http], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const ready = new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const line = await Promise.race([ready, ended]);
  if (typeof line !== "string") throw new Error(`${name} (${configuration}) did not start: ${line}`);
  return {
    ...JSON.parse(line),
    async stop() {
      child.stdin.end(); // as if this process had ended
      const status = await ended;
      if (status !== 0) throw new Error(`pushbench compat hold ${name} ended with ${status}`);
    },
  };
}

/** The options of subscribe() for a client of Node that goes through a hold. */
export function platformBehind({ open, proxy }) {
  const url = open.replace(/\/$/, "");
  if (!proxy) return { url, EventSource, WebSocket };
  const fetch = (address, options) => fetchBy(new URL(proxy), address, options);
  const agent = new Tunnel(new URL(proxy));
  return {
    url,
    fetch,
    EventSource: class extends EventSource {
      constructor(address) {
        super(address, { fetch });
      }
    },
    WebSocket: class extends WebSocket {
      constructor(address, protocols) {
        super(address, protocols, { agent });
      }
    },
  };
}

/** Asks a forward proxy: with the whole address as the target. */
function fetchBy({ hostname, port }, address, { signal, headers } = {}) {
  const { host } = new URL(address);
  return new Promise((resolve, reject) => {
    const asked = { host: hostname, port, path: String(address), headers: { ...headers, Host: host }, agent: false };
    const request = http.get({ ...asked, signal }, (answer) => {
      const { statusCode: status, headersDistinct } = answer;
      const lines = Object.entries(headersDistinct).flatMap(([name, values]) => values.map((value) => [name, value]));
      const response = new Response(Readable.toWeb(answer), { status, headers: lines });
      resolve(Object.defineProperty(response, "url", { value: String(address) }));
    });
    request.on("error", reject);
  });
}

/** Connections through a forward proxy's tunnel, as browsers open them for WebSocket. */
class Tunnel extends http.Agent {
  #proxy;

  constructor({ hostname, port }) {
    super();
    this.#proxy = { host: hostname, port };
  }

  createConnection({ host, port }, callback) {
    const request = http.request({ ...this.#proxy, method: "CONNECT", path: `${host}:${port}`, agent: false });
    request.on("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) callback(null, socket);
      else callback(new Error(`the proxy opens no tunnel: ${statusCode}`));
    });
    request.on("error", callback);
    request.end();
  }
}
