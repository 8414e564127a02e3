// SPDX-License-Identifier: MIT
// The bench's report, made of the sample's figures: one file that loads nothing, in each language,
// and on a phone too.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { artefact } from "../lib/in_browsers.mjs";
import { ROOT } from "../lib/lab_server.mjs";

const BENCH = path.resolve(process.env.PUSHBENCH ?? path.join(ROOT, "build/bench/pushbench"));
const SAMPLE = path.join(ROOT, "bench/sample/report.json");
const PHONE = { width: 390, height: 844 };
const NAMES = { en: "Transports side by side", zh: "几种传输并排比较" };

export async function serve() {
  const folder = await mkdtemp(path.join(tmpdir(), "pushlab-report-"));
  const file = path.join(folder, "report.html");
  execFileSync(BENCH, ["report", SAMPLE, "-o", file]);
  return { url: pathToFileURL(file).href, stop: () => rm(folder, { recursive: true }) };
}

/** Runs in the page: what can be seen of it. */
function look() {
  const seen = (element) => element.getClientRects().length > 0;
  const wide = [...document.querySelectorAll("body *")].filter((element) => !element.closest(".scroll"))
    .filter((element) => seen(element) && element.getBoundingClientRect().right > innerWidth + 1);
  return {
    heading: [...document.querySelectorAll("h1 span")].filter(seen).map((span) => span.textContent),
    languages: [...new Set([...document.querySelectorAll("main [lang]")].filter(seen).map(({ lang }) => lang))],
    language: document.documentElement.lang,
    drawings: [...document.querySelectorAll("svg")].filter(seen).length,
    overflow: document.documentElement.scrollWidth - innerWidth,
    wide: wide.map((element) => `${element.tagName} ${element.textContent.slice(0, 40)}`),
    loaded: performance.getEntriesByType("resource").map(({ name }) => name),
  };
}

function assertIn(seen, language) {
  assert.deepEqual(seen.heading, [NAMES[language]]);
  assert.deepEqual(seen.languages.filter(Boolean), [{ en: "en", zh: "zh-CN" }[language]]);
  assert.equal(seen.language, { en: "en", zh: "zh-CN" }[language]);
  assert.ok(seen.drawings > 10);
  assert.deepEqual(seen.loaded, []);
}

export function cases(test, own, browser) {
  test("one language at a time, by a click", async ({ open }) => {
    const tab = await open(own.server.url);
    for (const language of ["zh", "en"]) {
      await tab.click(`label[for=lang-${language}]`);
      assertIn(await tab.evaluate(look), language);
      await tab.screenshot(artefact(`report.${language}.${browser}.png`));
    }
  });

  test("the language that is asked for", async ({ open }) => {
    assertIn(await (await open(`${own.server.url}?lang=zh`)).evaluate(look), "zh");
    assertIn(await (await open(`${own.server.url}?lang=en`)).evaluate(look), "en");
  });

  test("nothing sticks out on a phone", async ({ open }) => {
    const tab = await open(own.server.url);
    await tab.resize(PHONE);
    for (const language of ["en", "zh"]) {
      await tab.click(`label[for=lang-${language}]`);
      const { overflow, wide } = await tab.evaluate(look);
      assert.ok(overflow <= 0, `wider than the phone by ${overflow}`);
      assert.deepEqual(wide, []);
    }
  });

  test("dark when that is chosen", async ({ open }) => {
    const tab = await open(own.server.url);
    const ground = () => getComputedStyle(document.body).backgroundColor;
    await tab.click("label[for=theme-light]");
    const light = await tab.evaluate(ground);
    await tab.click("label[for=theme-dark]");
    assert.notEqual(await tab.evaluate(ground), light);
  });

  test("every figure leads to its explanation, and the data are inside", async ({ open }) => {
    const tab = await open(own.server.url);
    const { nowhere, json, csv } = await tab.evaluate(() => {
      const links = [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute("href"));
      const text = (name) => {
        const address = document.querySelector(`a[download$=".${name}"]`).href;
        const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
        return new TextDecoder().decode(bytes);
      };
      return { nowhere: links.filter((link) => !document.querySelector(link)), json: text("json"), csv: text("csv") };
    });
    assert.deepEqual(nowhere, []);
    assert.deepEqual(JSON.parse(json), JSON.parse(await readFile(SAMPLE, "utf8")));
    assert.equal(csv, await readFile(SAMPLE.replace(/json$/, "csv"), "utf8"));
  });
}
