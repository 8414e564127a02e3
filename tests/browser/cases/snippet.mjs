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
import { untilAppended } from "./pictures.mjs";

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

/** Runs in the page: what has been appended to it. */
function pictures() {
  const images = [...document.body.querySelectorAll("img")];
  return {
    appended: images.length,
    decoded: images.filter((image) => image.complete && image.naturalWidth > 0).length,
    different: new Set(images.map(({ src }) => src)).size,
    png: images.every(({ src }) => src.startsWith("data:image/png;base64,")),
  };
}

/** Pictures come, each is another one, and there are no more than one a second of them. */
async function watch(open, url, code = "") {
  const started_ms = Date.now();
  const tab = await open(url);
  if (code) await tab.evaluate(type, code);
  const seen = await until(() => tab.evaluate(pictures), ({ decoded }) => decoded >= PICTURES);
  const took_s = (Date.now() - started_ms) / 1000;
  assert.ok(seen.png);
  assert.equal(seen.different, seen.appended);
  assert.ok(seen.appended <= took_s + 2, `${seen.appended} pictures in ${took_s} s`);
}

export function cases(test, own) {
  const snippet = (name, body) =>
    test(name, (tools) => (own.server.held ? tools.skip(own.server.held) : body(tools.open)));

  snippet("from the server's own page", (open) => watch(open, "http://localhost:8765/snippet.html"));

  snippet("framed by the picture page, which shows it", async (open) => {
    const tab = await open("http://localhost:8765/pictures.html?lang=en");
    const code = () => tab.evaluate(() => document.querySelector("#sources")?.innerText ?? "");
    await until(code, (text) => text.includes(SNIPPET.trim()));
    assert.equal(await tab.evaluate(() => document.querySelectorAll(".source").length), 1);
    await untilAppended(tab);
  });

  snippet("typed into an empty page from another port", (open) => watch(open, own.server.elsewhere, SNIPPET));

  snippet("typed into an empty file", (open) => watch(open, own.server.file, SNIPPET));
}
