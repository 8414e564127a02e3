// SPDX-License-Identifier: MIT
//
// In browsers: runs a file's cases in Chromium and in Firefox. A case gets open(url) and the
// browser's own server; what it has opened is closed behind it, and must not have complained: no
// error on the console, no uncaught exception, no violation of the Content-Security-Policy. When a
// case fails, pictures of its tabs lie in tests/artefacts/.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { BROWSERS, launch } from "./browsers.mjs";
import { ROOT } from "./lab_server.mjs";

const CASE_MS = 120000;
const SETUP_MS = 120000;

/** The path of a file in tests/artefacts/. */
export function artefact(name) {
  const folder = path.join(ROOT, "tests/artefacts");
  mkdirSync(folder, { recursive: true });
  return path.join(folder, name.replaceAll(/[^\w.-]+/g, "_"));
}

/**
 * serve(): starts a server, one for each browser. define(test, own, browser's name) is called for
 * each browser: test(name, body) is one case, own.server is the server. The browsers run at the
 * same time, the cases of each one after the other.
 */
export function inBrowsers(serve, define) {
  describe("in", { concurrency: BROWSERS.length }, () => {
    for (const kind of BROWSERS) inBrowser(kind, serve, define);
  });
}

function inBrowser(kind, serve, define) {
  const skip = kind.path ? false : `${kind.name} is not installed`;
  describe(kind.name, { skip, concurrency: 1 }, () => {
    const own = { server: null };
    let browser = null;
    before(async () => {
      own.server = await serve();
      browser = await launch(kind);
    }, { timeout: SETUP_MS });
    after(async () => {
      await browser?.close();
      await own.server?.stop();
    }, { timeout: SETUP_MS });
    const test = (name, body) => it(name, { timeout: CASE_MS }, (t) => runCase(browser, name, body, t));
    define(test, own, kind.name);
  });
}

async function runCase(browser, name, body, t) {
  const tabs = [];
  const open = async (url) => {
    const tab = await browser.tab();
    tabs.push(tab);
    await tab.open(url);
    return tab;
  };
  try {
    await body({ open, skip: (why) => t.skip(why) });
    for (const { complaints } of tabs) assert.deepEqual(complaints, [], "the page complained");
  } catch (error) {
    await keepEvidence(tabs, `${path.basename(process.argv[1], ".test.mjs")}.${browser.name}.${name}`);
    for (const { problems } of tabs) error.message += problems.map((problem) => `\n  page: ${problem}`).join("");
    throw error;
  } finally {
    for (const tab of tabs) await tab.close();
  }
}

async function keepEvidence(tabs, name) {
  for (const [i, tab] of tabs.entries()) {
    await tab.screenshot(artefact(`failed.${name}.${i}.png`)).catch(() => {});
  }
}
