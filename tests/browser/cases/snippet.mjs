// SPDX-License-Identifier: MIT
// The tutorial's client, unchanged, against a server where it expects one: from the server's own
// page, typed into an empty page of another server, and into an empty file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, startLab, startOtherOrigin } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

const SNIPPET = readFileSync(path.join(ROOT, "web/snippet.js"), "utf8");
const PICTURES = 4;

let running = null; // both browsers share the server, since there is one port 8765
let users = 0;

export async function serve() {
  users += 1;
  running ??= start();
  const shared = await running;
  const stop = async () => {
    users -= 1;
    if (users > 0) return;
    running = null;
    await shared.stop();
  };
  return { ...shared, stop };
}

/** `held`: why the server could not have the port that the code names. */
async function start() {
  let held = "";
  const server = await startLab("--listen", "localhost:8765", "--feed", "frames").catch((error) => {
    if (!/8765/.test(error.message)) throw error;
    held = `port 8765, which the code names, is taken: ${error.message}`;
  });
  const elsewhere = await startOtherOrigin();
  const folder = await mkdtemp(path.join(tmpdir(), "pushlab-snippet-"));
  const file = path.join(folder, "empty.html");
  await writeFile(file, "<!DOCTYPE html><title>empty</title><body></body>");
  const stop = async () => {
    await server?.stop();
    await elsewhere.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { held, elsewhere: elsewhere.origin, file: String(pathToFileURL(file)), stop };
}

/** Runs in the page: types the code into it, as a script of its own. */
function type(code) {
  const script = document.createElement("script");
  script.textContent = code;
  document.head.append(script);
}

/** Runs in the page: what has been appended; `at_s`: when each was first seen. */
function pictures() {
  window.firstSeen ??= new Map();
  const decoded = [...document.body.querySelectorAll("img")].filter((img) => img.complete && img.naturalWidth > 0);
  for (const { src } of decoded) {
    if (!window.firstSeen.has(src)) window.firstSeen.set(src, performance.now() / 1000);
  }
  return {
    appended: document.body.querySelectorAll("img").length,
    different: window.firstSeen.size,
    png: decoded.every(({ src }) => src.startsWith("data:image/png;base64,")),
    at_s: [...window.firstSeen.values()],
  };
}

async function watch(tab) {
  const seen = await until(() => tab.evaluate(pictures), ({ different }) => different >= PICTURES);
  assert.ok(seen.png);
  assert.ok(seen.appended - seen.different <= 1, "each picture is another one");
  const span_s = seen.at_s[PICTURES - 1] - seen.at_s[0];
  assert.ok(span_s > 0.8 * (PICTURES - 1), `${PICTURES} pictures in ${span_s} s: about one a second, not more`);
  assert.ok(span_s < 3 * (PICTURES - 1), `${PICTURES} pictures in ${span_s} s: about one a second, not less`);
}

export function cases(test, own) {
  const snippet = (name, body) => test(name, (tools) => (own.server.held ? tools.skip(own.server.held) : body(tools)));

  snippet("from the server's own page", async ({ open }) => watch(await open("http://localhost:8765/snippet.html")));

  snippet("framed by the picture page, which shows it", async ({ open }) => {
    const tab = await open("http://localhost:8765/pictures.html?lang=en");
    const code = () => tab.evaluate(() => [...document.querySelectorAll(".source code")].map((c) => c.textContent));
    assert.deepEqual(await until(code, ({ length }) => length > 0), [SNIPPET]);
    const appended = () => tab.evaluate(() => document.getElementById("appended").textContent);
    await until(appended, (text) => /^[2-9] pictures appended/.test(text));
  });

  snippet("typed into an empty page from another port", async ({ open }) => {
    const tab = await open(own.server.elsewhere);
    await tab.evaluate(type, SNIPPET);
    await watch(tab);
  });

  snippet("typed into an empty file", async ({ open }) => {
    const tab = await open(own.server.file);
    await tab.evaluate(type, SNIPPET);
    await watch(tab);
  });
}
