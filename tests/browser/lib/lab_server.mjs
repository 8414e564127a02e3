// SPDX-License-Identifier: MIT
//
// Lab server: pushlab with this tree's pages, and the loaded module where it has been built; and a
// bare HTTP server on another port, which is another origin.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startServer } from "../../clients/server.mjs";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
export const BINARY = path.resolve(process.env.PUSHLAB ?? path.join(ROOT, "build/server/pushlab"));
const EMPTY_PAGE = "<!DOCTYPE html><title>elsewhere</title><body></body>";
const MODULES = path.resolve(path.dirname(BINARY), "../transports");

/** As startServer(), with the pages; a number among the options is the port. */
export async function startLab(...options) {
  const server = await startServer("--web", path.join(ROOT, "web"), ...modules("ndjson"), ...options);
  const killAtExit = () => server.kill();
  process.once("exit", killAtExit);
  const ended = (end) => async () => {
    process.removeListener("exit", killAtExit);
    await end();
  };
  return { ...server, stop: ended(server.stop), kill: ended(server.kill) };
}

/** The options that load these transports, as far as they have been built. */
export function modules(...names) {
  const built = names.map((name) => path.join(MODULES, `${name}.so`)).filter((file) => existsSync(file));
  return built.flatMap((file) => ["--transport", file]);
}

export async function transportsOf(server) {
  const list = await (await fetch(`${server.http}/transports`)).json();
  return list.map(({ name }) => name);
}

/** {origin, stop()}: answers every GET with the same HTML; with `library`, those under /pushlab with
 * the client library, as a site has it that serves its own copy. */
export async function startOtherOrigin({ library = false } = {}) {
  const other = createServer(({ url }, response) => {
    const isScript = library && /^\/pushlab[\w./]*\.js$/.test(url);
    const type = isScript ? "text/javascript" : "text/html; charset=utf-8";
    response.writeHead(200, { "Content-Type": type, Connection: "close" });
    response.end(isScript ? readFileSync(path.join(ROOT, "web", url)) : EMPTY_PAGE);
  });
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${other.address().port}`,
    stop: () => new Promise((resolve) => other.close(resolve)),
  };
}
