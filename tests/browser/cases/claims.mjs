// SPDX-License-Identifier: MIT
// The claims board: guesses, experiments by the bench and in the page, and what is kept of them.
import assert from "node:assert/strict";
import { startBench } from "../lib/bench.mjs";
import { startLab } from "../lib/lab_server.mjs";
import { freePort } from "../lib/relay.mjs";
import { until } from "../lib/until.mjs";

const LINES = 22; // the cheapest that the bench measures
const DUPLEX = 1;
const HANDSHAKE = 3;
const STRANGER = 4;

export async function serve() {
  const port = await freePort();
  const bench = await startBench(`http://127.0.0.1:${port}`);
  const server = await startLab(port, "--feed", "clock", "--lab", "--bench", bench.url);
  const stop = async () => {
    await server.stop();
    await bench.stop();
  };
  return { ...server, bench, stop };
}

/** Runs in the page: what the stage and the score show. */
function look() {
  const text = (selector) => document.querySelector(selector)?.textContent ?? "";
  return {
    number: text(".stage-number"),
    sentence: text(".stage-head h2"),
    guess: document.querySelector(".guess [aria-pressed=true]")?.dataset.verdict ?? "",
    locked: document.querySelector(".guess button")?.disabled ?? false,
    verdict: document.querySelector("#result .verdict")?.dataset.verdict ?? "",
    words: text("#result .verdict span"),
    guessed: text(".guessed"),
    figures: document.querySelectorAll("#result .findings > *").length,
    problem: text("#stage .about.bad"),
    score: [...document.querySelectorAll("#score dd")].map(({ textContent }) => textContent),
    behind: document.querySelector(".behind")?.open,
  };
}

async function openClaim(open, server, id) {
  const tab = await open(`${server.http}/claims.html?theme=light#${id}`);
  await until(() => tab.evaluate(look), ({ number }) => number === String(id), `claim ${id}`);
  return tab;
}

/** Guesses, runs, and waits for the verdict. */
async function run(tab, guess) {
  await tab.click(`.guess [data-verdict=${guess}]`);
  await tab.click("#run");
  const done = ({ verdict, problem }) => verdict || problem;
  const seen = await until(() => tab.evaluate(look), done, "a verdict", 60000);
  assert.equal(seen.problem, "");
  return seen;
}

const texts = (tab) => tab.evaluate(() => [...document.querySelectorAll("#list .sentence")].map((s) => s.textContent));

export function cases(test, own) {
  test("a guess is kept beside what the bench has found", async ({ open }) => {
    const tab = await openClaim(open, own.server, LINES);
    const seen = await run(tab, "holds");
    assert.equal(seen.verdict, "only_when");
    assert.match(seen.words, /^holds only when /);
    assert.match(seen.guessed, /It holds.*otherwise/);
    assert.ok(seen.figures >= 2 && seen.locked && seen.behind);
    assert.deepEqual(seen.score, ["1 of 22", "0", "1", "0", "0 of 1"]);
    await tab.reload();
    const again = await until(() => tab.evaluate(look), ({ verdict }) => verdict, "the verdict kept");
    assert.deepEqual([again.guess, again.words, again.score], [seen.guess, seen.words, seen.score]);
    await tab.click("[data-code=zh]");
    assert.match((await tab.evaluate(look)).words, /^仅当/);
    await tab.click("#reset");
    const { verdict, guess, score } = await tab.evaluate(look);
    assert.deepEqual([verdict, guess, score[0]], ["", "", "0／22"]);
    await tab.click("[data-code=en]");
  });

  test("the page's own experiments: one connection both ways, and the handshake's bytes", async ({ open }) => {
    const tab = await openClaim(open, own.server, DUPLEX);
    assert.equal((await run(tab, "holds")).verdict, "holds");
    await tab.click(`#list [data-claim="${HANDSHAKE}"]`);
    const seen = await run(tab, "only_when");
    assert.equal(seen.verdict, "holds");
    assert.deepEqual(seen.score, ["2 of 22", "2", "0", "0", "1 of 2"]);
  });

  test("a page from elsewhere: the browser keeps answers from it, the server judges its WebSocket", async ({ open }) => {
    const tab = await openClaim(open, own.server, STRANGER);
    tab.allow(/CORS|ERR_FAILED|WebSocket|establish a connection|Failed to load/);
    assert.equal((await run(tab, "holds")).verdict, "holds");
  });

  test("the sentences are the bench's, and arrow keys move among them", async ({ open }) => {
    const { claims } = await (await fetch(own.server.bench.url)).json();
    const tab = await openClaim(open, own.server, LINES);
    for (const language of ["zh", "en"]) {
      await tab.click(`[data-code=${language}]`);
      const shown = await texts(tab);
      for (const { id, sentence } of claims) assert.equal(shown[id - 1], sentence[language]);
    }
    await tab.click(`#list [data-claim="${DUPLEX}"]`);
    for (const key of ["ArrowDown", "ArrowDown", "ArrowUp"]) await tab.press(key);
    assert.equal((await tab.evaluate(look)).number, "2");
  });

  test("without a bench the page says what to do, and its own experiments run", async ({ open }) => {
    const server = await startLab("--feed", "none");
    try {
      const tab = await openClaim(open, server, LINES);
      const state = () => tab.evaluate(() => [document.getElementById("no-bench").hidden, document.getElementById("run").disabled]);
      await until(state, ([hidden, disabled]) => !hidden && disabled, "the notice");
      await tab.click(`#list [data-claim="${DUPLEX}"]`);
      assert.equal((await run(tab, "holds")).verdict, "holds");
    } finally {
      await server.stop();
    }
  });
}
