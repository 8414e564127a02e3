// SPDX-License-Identifier: MIT
//
// Lab server: pushlab with this tree's pages, and the loaded module where it has been built; and a
// bare HTTP server on another port, which is another origin.

import { existsSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "../../clients/server.mjs";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const BINARY = path.resolve(process.env.PUSHLAB ?? path.join(ROOT, "build/server/pushlab"));
const MODULE = path.resolve(path.dirname(BINARY), "../transports/ndjson.so");

/** As startServer(), with the pages; a number among the options is the port. */
export async function startLab(...options) {
  const module = existsSync(MODULE) ? ["--transport", MODULE] : [];
  const server = await startServer("--web", path.join(ROOT, "web"), ...module, ...options);
  const killAtExit = () => server.kill();
  process.once("exit", killAtExit);
  const ended = (end) => async () => {
    process.removeListener("exit", killAtExit);
    await end();
  };
  return { ...server, stop: ended(server.stop), kill: ended(server.kill) };
}

export async function transportsOf(server) {
  const list = await (await fetch(`${server.http}/transports`)).json();
  return list.map(({ name }) => name);
}

/** {origin, stop()}: answers every GET with the same HTML. */
export async function startOtherOrigin(html = "<!DOCTYPE html><title>elsewhere</title><body></body>") {
  const other = createServer((request, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", Connection: "close" });
    response.end(html);
  });
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${other.address().port}`,
    stop: () => new Promise((resolve) => other.close(resolve)),
  };
}
