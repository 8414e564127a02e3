// SPDX-License-Identifier: MIT
// The matrix page: shows the committed run, unfolds reasons and cures, counts, tells both orders, and
// shows another run from a file.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { artefact } from "../lib/in_browsers.mjs";
import { ROOT, startLab } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

const RUN = JSON.parse(readFileSync(path.join(ROOT, "web/compat/matrix.json"), "utf8"));
const TRANSPORTS = ["short_poll", "long_poll", "sse", "websocket"];
const PHONE = { width: 390, height: 844 };
const NGINX = "nginx proxy_pass";
export const serve = () => startLab();

/** Runs in the page: what it shows. */
function read() {
  const texts = (selector) => [...document.querySelectorAll(selector)].map(({ textContent }) => textContent);
  const cells = [...document.querySelectorAll(".matrix button")].map(({ dataset, textContent }) => ({ ...dataset, text: textContent }));
  return {
    cells,
    rows: texts(".matrix tbody tr:not(.unfolded)").length,
    counts: texts("#counts b").map(Number),
    verdicts: texts("#verdicts .verdict"),
    reversals: texts("#reversals li"),
    detail: texts(".detail").join(),
    problem: document.getElementById("problem").hidden ? "" : texts("#problem").join(),
    wide: document.documentElement.scrollWidth - innerWidth,
  };
}

/** Runs in the page. */
function chooseYear(year) {
  const slider = document.getElementById("year");
  slider.value = year;
  slider.dispatchEvent(new Event("input"));
  return { told: document.getElementById("in-year").textContent, cells: document.querySelectorAll("#support [data-state=yes]").length };
}

/** Runs in the page: a file that somebody drops there. */
function drop({ name, text }) {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([text], name));
  dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
}

const shown = (tab) => until(() => tab.evaluate(read), ({ cells }) => cells.length > 0, "a matrix");
const countsOf = (care) => TRANSPORTS.map((name) => RUN.orders[care][name]);
const environments = new Set(RUN.rows.map(({ environment }) => environment)).size;
const cellOf = (care) => RUN.rows.find(({ environment, server }) => environment === NGINX && server === care).cells.sse;
const button = `.matrix button[data-name="${NGINX}"][data-transport="sse"]`;

export function cases(test, own, browser) {
  test("each care has its matrix and its counts", async ({ open }) => {
    const tab = await open(`${own.server.http}/compat.html?lang=en`);
    await shown(tab);
    for (const care of ["naive", "careful", "cured"]) {
      await tab.click(`[data-care=${care}]`);
      const seen = await tab.evaluate(read);
      assert.equal(seen.rows, environments);
      assert.equal(seen.cells.length, environments * TRANSPORTS.length);
      assert.deepEqual(seen.counts, countsOf(care));
      const told = seen.cells.find(({ name, transport }) => name === NGINX && transport === "sse").text;
      assert.ok(told.includes(cellOf(care).told.en), told);
      await tab.screenshot(artefact(`compat.${care}.${browser}.png`));
    }
  });

  test("a cell unfolds its reason and its cure, in the language chosen", async ({ open }) => {
    const tab = await open(`${own.server.http}/compat.html?lang=en&care=careful`);
    await shown(tab);
    const websocket = button.replace("sse", "websocket");
    await tab.click(websocket);
    assert.match((await tab.evaluate(read)).detail, /Upgrade was removed.*Cure:.*proxy_set_header Upgrade/s);
    await tab.click("[data-code=zh]");
    assert.match((await tab.evaluate(read)).detail, /Upgrade 在半路被删掉.*药方.*proxy_set_header Upgrade/s);
    await tab.click(websocket);
    assert.equal((await tab.evaluate(read)).detail, "");
    // What a careful server cures by itself.
    await tab.click("[data-code=en]");
    await tab.click("[data-care=naive]");
    await tab.click(button);
    assert.match((await tab.evaluate(read)).detail, /until a buffer is full.*own care is enough/s);
  });

  test("single faults can be looked at instead", async ({ open }) => {
    const tab = await open(`${own.server.http}/compat.html?lang=en&run=faults`);
    const { reversals } = await shown(tab);
    assert.ok(reversals.some((text) => text.includes("pad=2048")));
    assert.equal(await tab.evaluate(() => document.querySelector("[data-care=cured]").disabled), true);
    await tab.click("[data-run=products]");
    await until(() => tab.evaluate(read), ({ rows }) => rows === environments, "the products");
  });

  test("both orders are told, with their verdicts", async ({ open }) => {
    const tab = await open(`${own.server.http}/compat.html?lang=en`);
    const { verdicts, reversals } = await shown(tab);
    const expected = ["naive", "careful", "cured"].flatMap((care) => [RUN.orders[care].verdict_keep_alive, RUN.orders[care].verdict_sse]);
    assert.deepEqual(verdicts, expected);
    assert.ok(reversals.some((text) => text.includes("Privoxy")));
    await until(() => tab.evaluate(() => document.querySelectorAll("#support tbody tr").length), Boolean, "browsers");
    const [early, edge, late] = [await tab.evaluate(chooseYear, 2005), await tab.evaluate(chooseYear, 2016), await tab.evaluate(chooseYear, 2024)];
    assert.ok(early.cells < edge.cells && edge.cells < late.cells);
    assert.match(edge.told, /does not hold.*Internet Explorer, Edge/);
    assert.match(late.told, /all tie/);
  });

  test("a run of one's own is shown, and what is none is refused", async ({ open }) => {
    const tab = await open(`${own.server.http}/compat.html?lang=en`);
    await shown(tab);
    await tab.evaluate(drop, { name: "other.json", text: '{"command":"idle","rows":[]}' });
    await until(() => tab.evaluate(read), ({ problem }) => problem.includes("other.json"), "a refusal");
    const rows = RUN.rows.filter(({ environment }) => environment === NGINX);
    await tab.evaluate(drop, { name: "mine.json", text: JSON.stringify({ ...RUN, rows, reversals: [] }) });
    const seen = await until(() => tab.evaluate(read), ({ rows: count }) => count === 1, "that run");
    assert.equal(seen.problem, "");
  });

  test("nothing sticks out on a phone", async ({ open }) => {
    const tab = await open(`${own.server.http}/compat.html?lang=en`);
    await tab.resize(PHONE);
    await shown(tab);
    await tab.click(button);
    for (const language of ["zh", "en"]) {
      await tab.click(`[data-code=${language}]`);
      const { wide } = await tab.evaluate(read);
      assert.ok(wide <= 0, `wider than the phone by ${wide}`);
    }
  });
}
