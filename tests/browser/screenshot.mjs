// SPDX-License-Identifier: MIT
//
// Screenshot: the pictures of the README. node tests/browser/screenshot.mjs [FOLDER] starts a
// server, lets the lab run for a while in Chromium, and writes screenshot.png and
// screenshot.zh.png into FOLDER (web/). Take them on a machine that has nothing else to do: the
// delays are real.

import { statSync } from "node:fs";
import path from "node:path";
import { startServer } from "../clients/server.mjs";
import { BROWSERS, launch } from "./lib/browsers.mjs";
import { untilColumns } from "./lib/columns.mjs";
import { ROOT } from "./lib/lab_server.mjs";

const FILES = { en: "screenshot.png", zh: "screenshot.zh.png" };
const TOPIC = "clock";
const MESSAGES = 16; // one a second

const folder = path.resolve(process.argv[2] ?? path.join(ROOT, "web"));
const server = await startServer("--web", path.join(ROOT, "web"), "--feed", TOPIC);
const browser = await launch(BROWSERS.find(({ name }) => name === "chromium"));
try {
  for (const [language, file] of Object.entries(FILES)) await take(language, path.join(folder, file));
} finally {
  await browser.close();
  await server.stop();
}

async function take(language, file) {
  const tab = await browser.tab();
  await tab.open(`${server.http}/?lang=${language}&theme=light&topic=${TOPIC}`);
  await untilColumns(tab, ({ messages }) => messages >= MESSAGES);
  await tab.screenshot(file);
  console.log(`${file}: ${statSync(file).size} bytes`);
  await tab.close();
}
