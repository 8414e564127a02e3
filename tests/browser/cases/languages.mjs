// SPDX-License-Identifier: MIT
// Changing the language: every visible text of every page changes with it, at once, and the choice
// is remembered. Leaves a picture of each page in each language in tests/artefacts/.
import assert from "node:assert/strict";
import { artefact } from "../lib/in_browsers.mjs";
import { startLab } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

const PAGES = {
  lab: "/", pictures: "/pictures.html", chat: "/chat.html", ladder: "/ladder.html", heartbeat: "/heartbeat.html",
  connections: "/connections.html", compat: "/compat.html",
  doctor: "/doctor.html", class: "/class.html", claims: "/claims.html", lessons: "/lessons.html",
};
// What a page shows at least twice once it is at work: where no column is opened, something else.
const AT_WORK = { doctor: "#transports .column", compat: "#matrix button, #support tbody tr", class: "#own-delays .delay-row", claims: "#list li", lessons: ".track-card" };
// What reads the same in every language: names, addresses, units, code, data.
const NAMES = /^(pushlab|English|SSE|WebSocket( base64)?|NDJSON|JSON|snippet(_here)?\.js)$/;
const FIGURES = /^[\d.,≈:–\s]*(ms|s|B|kB|MB)?$/;
const DATA = ".messages, pre, code, .talk, [translate=no], #topic, option:not([data-i18n]), script, noscript";
export const serve = () => startLab("--class", "--feed", "clock", "--feed", "frames");

/** Runs in the page: every text that a person can read or have read to them. */
function texts(data) {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement: element, textContent } = walker.currentNode;
    if (!element.closest(data) && textContent.trim()) found.push(textContent.trim());
  }
  for (const element of document.querySelectorAll("[title], [aria-label], [placeholder], img[alt]")) {
    if (element.closest(data)) continue;
    for (const name of ["title", "aria-label", "placeholder", "alt"]) {
      if (element.getAttribute(name)) found.push(element.getAttribute(name));
    }
  }
  return found;
}

/** Runs in the page. */
function count(selector) {
  return document.querySelectorAll(selector).length;
}

const languageOf = (tab) => tab.evaluate(() => document.documentElement.lang);
const foreign = { en: /\p{Script=Han}/u, zh: /^(?=.*\p{Letter})[^\p{Script=Han}]*$/u };

/** Waits until no text is in another language, as some are only renewed from time to time. */
export async function untilAllIn(tab, language) {
  const other = (text) => foreign[language].test(text) && !NAMES.test(text) && !FIGURES.test(text);
  const others = async () => (await tab.evaluate(texts, DATA)).filter(other);
  await until(others, (left) => left.every((text) => text === "中文"), `all texts in ${language}`);
}

export function cases(test, own, browser) {
  for (const [name, path] of Object.entries(PAGES)) {
    test(`every text of the page ${name} changes`, async ({ open }) => {
      const tab = await open(own.server.http + path);
      await until(() => tab.evaluate(count, AT_WORK[name] ?? ".column[data-state=open]"), (found) => found >= 2);
      for (const language of ["zh", "en"]) {
        await tab.click(`[data-code=${language}]`);
        await untilAllIn(tab, language);
        assert.equal(await languageOf(tab), { en: "en", zh: "zh-CN" }[language]);
        await tab.screenshot(artefact(`${name}.${language}.${browser}.png`), true);
      }
    });
  }

  test("the language is remembered", async ({ open }) => {
    const tab = await open(`${own.server.http}/chat.html`);
    tab.allow(/WebSocket is closed due to suspension/); // WebKit's word on every one of a page that is left
    assert.equal(await languageOf(tab), "en"); // what the browser asks for
    await tab.click("[data-code=zh]");
    await tab.reload();
    assert.equal(await languageOf(tab), "zh-CN");
    await untilAllIn(tab, "zh");
    await tab.open(`${own.server.http}/pictures.html`);
    assert.equal(await languageOf(tab), "zh-CN");
    assert.equal(await tab.evaluate(() => document.querySelector("[aria-pressed=true]").textContent), "中文");
  });
}
