// SPDX-License-Identifier: MIT
//
// WebKit: WebKitGTK, which has Safari's engine and stands in for iPhones, by its driver (W3C
// WebDriver) on a screen that is only in memory (Xvfb). As browsers.mjs wants its pages to be. A
// driver has one session, so each tab has a driver and a browser of its own (webkit_browser.py);
// tabs beside another share them.
//
// What the driver cannot tell: which of the tabs beside each other wrote on the console (all
// complain then). It cannot switch JavaScript off. WebKit's console tells of exceptions and of
// violations of the policy, too.

import { execFileSync, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "./relay.mjs";
import { until } from "./until.mjs";

const DRIVER = "/usr/bin/WebKitWebDriver";
const SCREEN = "/usr/bin/Xvfb";
const BROWSER = fileURLToPath(new URL("webkit_browser.py", import.meta.url));
const BINDING = "import gi; gi.require_version('Gtk', '3.0'); gi.require_version('WebKit2', '4.1')";
const ERROR_LINE = /(?:^|: )CONSOLE (?:[A-Z]+ )?ERROR (.*)/;
// What cases allow by the words that the other browsers have for it.
const COMMON_WORDS = [
  [/^Refused to .*?the ([a-z-]+) directive/, ([, directive]) => `policy violation: ${directive}`],
  [/Could not connect|Connection (?:refused|reset|terminated)/i, () => "ERR_CONNECTION"],
  [/access control checks|Access-Control-Allow-Origin/, () => "CORS"],
];
const KEYS = {
  Escape: "\uE00C", Tab: "\uE004", Enter: "\uE007", End: "\uE010", Home: "\uE011",
  ArrowLeft: "\uE012", ArrowUp: "\uE013", ArrowRight: "\uE014", ArrowDown: "\uE015",
};

export const PACKAGES = "webkit2gtk-driver gir1.2-webkit2-4.1 python3-gi xvfb";

/** The driver's path, or undefined when any of PACKAGES is missing. */
export function webkitDriver() {
  try {
    execFileSync("/usr/bin/python3", ["-c", BINDING], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return [DRIVER, SCREEN].every((program) => existsSync(program)) ? DRIVER : undefined;
}

/** For launch() in browsers.mjs. */
export async function openWebkit(driver, home) {
  const { display, stop } = await startScreen();
  const contexts = [];
  const newPage = async (beside, proxy) => {
    const context = beside ?? new Context(driver, path.join(home, String(contexts.length)), display, proxy);
    if (!beside) contexts.push(context);
    return [new Page(context), context, { prepare() {}, select: "select", resize: "setViewport" }];
  };
  const end = async () => {
    for (const context of contexts) await context.close();
    await stop();
  };
  return { newPage, end };
}

/** Its browsers end with it, also when this program is killed. */
async function startScreen() {
  const child = spawn(SCREEN, ["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"],
    { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { display: `:${line.trim()}`, stop: stopper(child) };
}

function stopper(child) {
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = once(child, "exit");
  return async () => {
    process.removeListener("exit", killAtExit);
    child.kill("SIGTERM");
    await ended;
  };
}

/** A driver with its browser. It starts with its first page, since only then it is known how much of
 * one is to be waited for. A driver that is told not to wait ("eager") answers nothing more behind a
 * page that has no script, so that is for those only that never end. */
class Context {
  #launch;
  #started;
  #stop;
  #origin;
  #session = "";
  #pages = new Map(); // handle -> Page
  #free = []; // handles that no page has yet
  #current = "";
  #closed = false;
  #last = Promise.resolve();

  constructor(driver, home, display, proxy) {
    this.#launch = { driver, home, display, proxy };
  }

  async #start(pageLoadStrategy) {
    const { driver, home, display, proxy } = this.#launch;
    await mkdir(home, { recursive: true });
    const port = await freePort();
    this.#origin = `http://127.0.0.1:${port}`;
    const env = {
      ...process.env, DISPLAY: display, GDK_BACKEND: "x11", HOME: home, XDG_RUNTIME_DIR: home, XDG_CONFIG_HOME: home,
      GSETTINGS_BACKEND: "memory", NO_AT_BRIDGE: "1", LANGUAGE: "en", http_proxy: "", no_proxy: "*",
    };
    const child = spawn(driver, [`--port=${port}`], { env, stdio: ["ignore", "ignore", "pipe"] });
    this.#stop = stopper(child);
    createInterface({ input: child.stderr }).on("line", (line) => this.#onLine(line));
    await until(() => this.#ask("GET", "/status").catch(() => null), (status) => status !== null, "a driver");
    const args = proxy ? ["--proxy", `http://${proxy}`] : [];
    const capabilities = { alwaysMatch: { pageLoadStrategy, "webkitgtk:browserOptions": { binary: BROWSER, args } } };
    const { sessionId } = await this.#ask("POST", "/session", { capabilities });
    this.#session = `/session/${sessionId}`;
    this.#current = await this.#ask("GET", `${this.#session}/window`);
    this.#free.push(this.#current);
  }

  /** The handle of a window for a page. */
  async window(page, pageLoadStrategy) {
    await (this.#started ??= this.#start(pageLoadStrategy));
    const handle = this.#free.pop() ?? (await this.command(this.#current, "POST", "/window/new", { type: "window" })).handle;
    this.#pages.set(handle, page);
    return handle;
  }

  /** One after the other, since the driver knows one window at a time. */
  command(handle, method, place, body) {
    const run = async () => {
      if (handle !== this.#current) await this.#ask("POST", `${this.#session}/window`, { handle });
      this.#current = handle;
      return this.#ask(method, this.#session + place, body);
    };
    const done = this.#last.then(run);
    this.#last = done.catch(() => {});
    return done;
  }

  async closePage(handle) {
    if (this.#pages.size === 1) return this.close();
    await this.command(handle, "DELETE", "/window");
    this.#pages.delete(handle);
  }

  async close() {
    if (this.#closed) return;
    this.#closed = true;
    this.#pages.clear();
    await this.#last;
    await this.#ask("DELETE", this.#session).catch(() => {}); // its browser may have ended already
    await this.#stop?.();
  }

  has(handle) {
    return this.#pages.has(handle);
  }

  #onLine(line) {
    const text = ERROR_LINE.exec(line)?.[1];
    if (!text) return;
    const words = COMMON_WORDS.map(([pattern, say]) => pattern.exec(text) && say(pattern.exec(text))).find(Boolean);
    const message = { type: () => "error", text: () => (words ? `${words}: ${text}` : text) };
    for (const page of this.#pages.values()) page.emit("console", message);
  }

  async #ask(method, place, body) {
    const response = await fetch(this.#origin + place, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }
}

/** A page as puppeteer's. */
class Page extends EventEmitter {
  #context;
  #handle = "";

  constructor(context) {
    super();
    this.#context = context;
    this.keyboard = { press: (key) => this.#press(key) };
  }

  async goto(url, { waitUntil }) {
    this.#handle ||= await this.#context.window(this, waitUntil === "load" ? "normal" : "eager");
    await this.#command("POST", "/url", { url });
    if (waitUntil === "load") await this.evaluate(untilLoaded); // beside a page that does not end
  }

  async reload() {
    await this.#command("POST", "/refresh", {});
    await this.evaluate(untilLoaded);
  }

  async evaluate(script, argument) {
    const whole = `return (async () => JSON.stringify(await (${script})(...arguments)))()`;
    const text = await this.#command("POST", "/execute/sync", { script: whole, args: argument === undefined ? [] : [argument] });
    return text === null ? undefined : JSON.parse(text);
  }

  async bringToFront() {
    await this.#command("GET", "/window/rect"); // whatever is asked of a window brings it to the front
  }

  async click(selector) {
    const element = await this.#command("POST", "/element", { using: "css selector", value: selector });
    await this.#command("POST", `/element/${Object.values(element)[0]}/click`, {});
  }

  async select(selector, value) {
    await this.evaluate(chooseIn, { selector, value });
  }

  async setViewport({ width, height }) {
    await this.#command("POST", "/window/rect", { width, height });
  }

  async screenshot({ path: file, fullPage }) {
    const { width, height } = await this.#command("GET", "/window/rect");
    const tall = fullPage ? await this.evaluate(() => document.documentElement.scrollHeight) : height;
    if (tall > height) await this.setViewport({ width, height: tall });
    await this.evaluate(stir);
    const picture = await this.#command("GET", "/screenshot");
    await this.evaluate(() => clearInterval(window.stirring));
    if (tall > height) await this.setViewport({ width, height });
    await writeFile(file, picture, "base64");
  }

  async close() {
    await this.#context.closePage(this.#handle);
  }

  isClosed() {
    return !this.#context.has(this.#handle);
  }

  async #press(key) {
    const value = KEYS[key] ?? key;
    const actions = [{ type: "keyDown", value }, { type: "keyUp", value }];
    await this.#command("POST", "/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  #command(method, place, body) {
    return this.#context.command(this.#handle, method, place, body);
  }
}

/** Runs in the page. */
function untilLoaded() {
  return document.readyState === "complete" || new Promise((resolve) => addEventListener("load", () => resolve(true)));
}

/** Runs in the page: what choosing does. */
function chooseIn({ selector, value }) {
  const select = document.querySelector(selector);
  if (![...select.options].some((option) => option.value === value)) throw new Error(`${selector} offers no ${value}`);
  select.value = value;
  for (const type of ["input", "change"]) select.dispatchEvent(new Event(type, { bubbles: true }));
}

/** Runs in the page: a picture is of the next frame, and a page that is still draws none. */
function stir() {
  let turn = 0;
  window.stirring = setInterval(() => (document.documentElement.style.outlineOffset = `${++turn % 2}px`), 20);
}
