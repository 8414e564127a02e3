// SPDX-License-Identifier: MIT
//
// In browsers: runs the files of cases/ in Chromium and in Firefox, or in WebKit. A file exports
//   serve()                      starts its server, one for each browser; {stop()} and what it likes
//   cases(test, own, browser)    test(name, body) is one case; own.server is what serve() gave
// A case gets open(url, how), and skip(why); how: see launch() in browsers.mjs. What it has opened
// is closed behind it, and must not have complained: no error on the console, no uncaught
// exception, no violation of the Content-Security-Policy. When a case fails, pictures of its tabs
// lie in tests/artefacts/, and it may try once more: browsers on a busy machine are late now and
// then. Whoever needs that is told of at the end, and by ./dev test.

import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { BROWSERS, launch } from "./browsers.mjs";
import { ROOT } from "./lab_server.mjs";

const CASE_MS = 120000;
const SETUP_MS = 120000;
const PROBLEMS_TOLD = 10;
const ATTEMPTS = 2;
const unsteady = []; // cases that failed once

/** The path of a file in tests/artefacts/. */
export function artefact(name) {
  const folder = path.join(ROOT, "tests/artefacts");
  mkdirSync(folder, { recursive: true });
  return path.join(folder, name.replaceAll(/[^\w.-]+/g, "_"));
}

/**
 * everywhere, once: {name: module}. The browsers run at the same time, the cases of each one by
 * one. What lies in once hardly depends on the browser, and is shared out among them; with
 * PUSHLAB_BROWSERS=all each runs all of it.
 */
export function inBrowsers(everywhere, once) {
  const installed = BROWSERS.filter(({ path: program }) => program);
  const all = process.env.PUSHLAB_BROWSERS === "all";
  describe("in browsers", { concurrency: BROWSERS.length }, () => {
    after(() => unsteady.forEach((words) => console.log(`FAILED ONCE: ${words}`)));
    for (const kind of BROWSERS) {
      const turn = installed.indexOf(kind);
      const share = Object.entries(once).filter((_, i) => all || i % installed.length === turn);
      inBrowser(kind, { ...everywhere, ...Object.fromEntries(share) });
    }
  });
}

function inBrowser(kind, files) {
  const skip = kind.path ? false : `${kind.name} is not installed: apt-get install ${kind.packages}`;
  describe(kind.name, { skip, concurrency: 1 }, () => {
    let browser = null;
    before(async () => (browser = await launch(kind)), { timeout: SETUP_MS });
    after(() => browser?.close(), { timeout: SETUP_MS });
    for (const [name, file] of Object.entries(files)) casesOf(name, file, kind.name, () => browser);
  });
}

function casesOf(file, { serve, cases }, browserName, browser) {
  describe(file, { concurrency: 1 }, () => {
    const own = { server: null };
    before(async () => (own.server = await serve()), { timeout: SETUP_MS });
    after(() => own.server?.stop(), { timeout: SETUP_MS });
    const test = (name, body) => {
      const title = `${file}: ${name}`; // so that --test-name-pattern='^chat:' runs one file
      it(title, { timeout: ATTEMPTS * CASE_MS }, (t) => attempt(browser(), title, body, t));
    };
    cases(test, own, browserName);
  });
}

async function attempt(browser, name, body, t) {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await runCase(browser, name, body, t);
    } catch (error) {
      if (left === 0) throw error;
      unsteady.push(`${browser.name}: ${name}: ${error.message}`);
    }
  }
}

async function runCase(browser, name, body, t) {
  const tabs = [];
  const open = async (url, how) => {
    const tab = await browser.tab(how);
    tabs.push(tab);
    await tab.open(url);
    return tab;
  };
  try {
    await body({ open, skip: (why) => t.skip(why) });
    for (const { complaints } of tabs) assert.deepEqual(complaints, [], "the page complained");
  } catch (error) {
    await keepEvidence(tabs, `${browser.name}.${name}`);
    const problems = new Set(tabs.flatMap((tab) => tab.problems));
    for (const problem of [...problems].slice(0, PROBLEMS_TOLD)) error.message += `\n  page: ${problem}`;
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
