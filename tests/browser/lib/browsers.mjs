// SPDX-License-Identifier: MIT
//
// Browsers: Chromium (DevTools protocol, by playwright-core) and Firefox (WebDriver BiDi, by
// puppeteer-core) behind one small interface; and WebKitGTK (webkit.mjs), which is too large to be
// wanted of everybody: PUSHLAB_BROWSERS=webkit takes it in place of the two. Each browser has a fresh
// profile and a home of its own, and leaves nothing behind; each tab has storage of its own.

import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";
import { openWebkit, PACKAGES, webkitDriver } from "./webkit.mjs";

const VIEWPORT = { width: 1440, height: 900 };
const OPENING_MS = 60000;
const CHROMIUM_FLAGS = [
  "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const FIREFOX_PREFERENCES = {
  "intl.accept_languages": "en-US, en",
  "network.proxy.allow_hijacking_localhost": true, // where a tab has a proxy at all
};

const first = (...places) => places.find((place) => existsSync(place));

const wantsWebkit = process.env.PUSHLAB_BROWSERS === "webkit";

/** {name, path, packages, open(path, home, script)}; path is undefined where its packages are missing. */
export const BROWSERS = wantsWebkit ? [
  { name: "webkit", path: webkitDriver(), packages: PACKAGES, open: openWebkit },
] : [
  { name: "chromium", path: first("/usr/bin/chromium", "/usr/bin/chromium-browser"), packages: "chromium", open: openChromium },
  { name: "firefox", path: first("/usr/bin/firefox-esr", "/usr/bin/firefox"), packages: "firefox-esr", open: openFirefox },
];

/**
 * Resolves to {name, tab(), close()}. tab({beside}): in the same window as that tab, with which it
 * shares storage; tab({proxy}): all its requests go through that HOST:PORT,
 * those to this machine too. With script false, JavaScript is switched off in all tabs.
 */
export async function launch({ name, path: program, open }, { script = true } = {}) {
  const home = await mkdtemp(path.join(tmpdir(), `pushlab-${name}-`));
  const { newPage, end } = await open(program, home, script);
  const clearAtExit = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }); // after Ctrl-C
  process.once("exit", clearAtExit);
  return {
    name,
    async tab({ beside = null, proxy = null } = {}) {
      const tab = new Tab(...(await newPage(beside?.context, proxy)), beside === null);
      await tab.listen();
      return tab;
    },
    async close() {
      await end();
      process.removeListener("exit", clearAtExit);
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function openChromium(executablePath, home, javaScriptEnabled) {
  const env = { ...process.env, HOME: home };
  const start = (chromiumSandbox) =>
    chromium.launch({ executablePath, env, chromiumSandbox, args: CHROMIUM_FLAGS, timeout: OPENING_MS });
  // Chromium has no sandbox for root, nor in many containers. It shows our own pages only.
  const browser = process.getuid() === 0 ? await start(false) : await start(true).catch(() => start(false));
  const newContext = (server) => {
    const proxy = server ? { server, bypass: "<-loopback>" } : undefined;
    return browser.newContext({ viewport: VIEWPORT, locale: "en-US", proxy, javaScriptEnabled });
  };
  const newPage = async (beside, proxy) => {
    const context = beside ?? (await newContext(proxy));
    const page = await context.newPage();
    const prepare = (script) => page.addInitScript(script);
    return [page, context, { prepare, select: "selectOption", resize: "setViewportSize" }];
  };
  return { newPage, end: () => browser.close() };
}

async function openFirefox(executablePath, home, script) {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    env: { ...process.env, HOME: home },
    userDataDir: path.join(home, "profile"),
    extraPrefsFirefox: { ...FIREFOX_PREFERENCES, "javascript.enabled": script },
    defaultViewport: VIEWPORT,
    timeout: OPENING_MS,
  });
  const newPage = async (beside, proxyServer) => {
    const context = beside ?? (await browser.createBrowserContext(proxyServer ? { proxyServer } : {}));
    const page = await context.newPage();
    const prepare = (script) => page.evaluateOnNewDocument(script);
    return [page, context, { prepare, select: "select", resize: "setViewport" }];
  };
  return { newPage, end: () => browser.close() };
}

/** Runs in the page before anything else: policy violations go where console errors go. */
function reportViolations() {
  document.addEventListener("securitypolicyviolation", (event) => {
    console.error(`policy violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`);
  });
}

/** Runs in the page: what typing does, with all its events, but in one go. */
function typeOver({ selector, text }) {
  const field = document.querySelector(selector);
  field.focus();
  field.select();
  document.execCommand(text ? "insertText" : "delete", false, text);
  field.blur();
}

export class Tab {
  /** Errors of the console, uncaught exceptions and policy violations. */
  problems = [];
  #allowed = [];
  #page;
  #own;
  #alone;

  /** own: what the two drivers call differently. alone: the context is this tab's. */
  constructor(page, context, own, alone) {
    this.#page = page;
    this.context = context;
    this.#own = own;
    this.#alone = alone;
  }

  async listen() {
    this.#page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
    this.#page.on("pageerror", (error) => this.problems.push(`uncaught: ${error.message}`));
    await this.#own.prepare(reportViolations);
  }

  /** Problems that a case brings about on purpose. */
  allow(pattern) {
    this.#allowed.push(pattern);
  }

  get complaints() {
    return this.problems.filter((problem) => !this.#allowed.some((pattern) => pattern.test(problem)));
  }

  /** endless: the page never ends to load, as one that streams. */
  async open(url, endless = false) {
    await this.#page.goto(url, { waitUntil: endless ? "domcontentloaded" : "load", timeout: OPENING_MS });
  }

  async reload() {
    await this.#page.reload({ waitUntil: "load", timeout: OPENING_MS });
  }

  /** Runs a function in the page, with one argument that can be JSON. */
  evaluate(script, argument) {
    return this.#page.evaluate(script, argument);
  }

  async click(selector) {
    await this.#page.bringToFront();
    await this.#page.click(selector);
  }

  /** Types over whatever a field holds, and leaves it. */
  async fill(selector, text) {
    await this.#page.bringToFront();
    await this.evaluate(typeOver, { selector, text });
  }

  async choose(selector, value) {
    await this.#page[this.#own.select](selector, value);
  }

  async press(key) {
    await this.#page.keyboard.press(key);
  }

  /** {width, height} of the page, in pixels. */
  async resize(size) {
    await this.#page[this.#own.resize](size);
  }

  async screenshot(file, fullPage = false) {
    await this.#page.screenshot({ path: file, fullPage });
  }

  /** Closes the tab, as a person does; those beside it live on. */
  async leave() {
    await this.#page.close();
  }

  async close() {
    if (this.#alone) await this.context.close();
    else if (!this.#page.isClosed()) await this.#page.close();
  }
}
