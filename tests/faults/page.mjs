// SPDX-License-Identifier: MIT
//
// Page: verdicts as somebody gets them who opens /claims.html in Chromium and presses the button. What
// runs is what `./dev run --lab` starts: the server, the relay's doors, and the bench for the page.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../browser/lib/relay.mjs";
import { until } from "../browser/lib/until.mjs";
import { environment, FAULTY, PLAIN, RELAY, ROOT } from "./programs.mjs";
import { start, stop } from "./running.mjs";

/** Claims for which the page has experiments of its own. */
export const PAGE_IDS = [1, 3, 4, 5, 17, 20];
const RUN_MS = 120000;

/** Runs in the page. */
function look() {
  return {
    number: document.querySelector(".stage-number")?.textContent,
    ready: document.getElementById("run")?.disabled === false,
    verdict: document.querySelector("#result .verdict")?.dataset.verdict ?? "",
    problem: document.querySelector("#stage .about.bad")?.textContent ?? "",
  };
}

/** What the browser leaves when it is ended by Ctrl-C goes, too. */
function ownTemporaries() {
  const folder = mkdtempSync(path.join(tmpdir(), "pushlab-faults-"));
  process.env.TMPDIR = folder;
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}

export class Page {
  #browser = null;
  #onLaunched;

  /** onLaunched(): the browser's driver listens to signals from now on. */
  constructor(onLaunched) {
    this.#onLaunched = onLaunched;
  }

  /** Why it cannot be used here, or null. */
  async missing() {
    if (this.#browser) return null;
    const browsers = await import("../browser/lib/browsers.mjs").catch(() => null);
    if (!browsers) return "no tests/node_modules: run ./dev test browser once";
    const [chromium] = browsers.BROWSERS;
    if (!chromium.path) return "chromium is not installed";
    ownTemporaries();
    this.#browser = await browsers.launch(chromium);
    this.#onLaunched();
    return null;
  }

  async measure(ids, fault) {
    const port = await freePort();
    const words = [RELAY, fault ? FAULTY : PLAIN, "--listen", `127.0.0.1:${port}`, "--lab"];
    const server = start(path.join(ROOT, "bench/relay/with_doors"), words, environment(fault));
    server.stderr.resume();
    const ready = new Promise((resolve) => createInterface({ input: server.stdout }).once("line", resolve));
    try {
      const line = await Promise.race([ready, server.ended]);
      const [, origin] = /^ready (\S+)\/$/.exec(line) ?? [];
      if (!origin) throw new Error(`the server did not become ready: ${line}`);
      return await this.#ask(`${origin}/claims.html`, ids);
    } finally {
      await stop(server);
    }
  }

  async #ask(url, ids) {
    const verdicts = {};
    const tab = await this.#browser.tab();
    try {
      for (const id of ids) {
        await tab.open(`${url}?claim=${id}#${id}`);
        const here = ({ number, ready }) => number === String(id) && ready;
        await until(() => tab.evaluate(look), here, `claim ${id}`);
        await tab.click("#run");
        const seen = await until(() => tab.evaluate(look), ({ verdict, problem }) => verdict || problem, "a verdict", RUN_MS);
        if (seen.verdict) verdicts[id] = seen.verdict;
      }
    } finally {
      await tab.close();
    }
    return verdicts;
  }

  async close() {
    await this.#browser?.close();
  }
}
