// SPDX-License-Identifier: MIT
// The lessons: each opens in both languages, its client gets what the page publishes and begins
// anew; what the tracks open is there; a glossary's term is found by its address.
import assert from "node:assert/strict";
import { startLab } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";
import { untilAllIn } from "./languages.mjs";

const LESSONS = ["websocket", "heartbeat", "short_poll", "long_poll", "keep_alive", "sse", "choosing", "fifth"];
const CLIENTS = LESSONS.slice(0, 6);
const TRACKS = [5, 45, 90];

export const serve = () => startLab("--feed", "clock");

/** Runs in the page: what the client in its frame shows as messages, the newest first. */
function shown() {
  const frame = document.getElementById("demo").contentDocument;
  return [...(frame?.querySelectorAll(".message") ?? [])].map(({ textContent }) => textContent);
}

/** Runs in the page. */
function publish() {
  document.getElementById("publish").click();
}

/** Runs in the page: the addresses that its steps open. */
function opened() {
  return [...document.querySelectorAll(".script .go")].map((link) => link.getAttribute("href"));
}

async function untilReceived(tab) {
  const receive = async () => {
    await tab.evaluate(publish); // again and again: the first may go before the client has asked
    return tab.evaluate(shown);
  };
  return until(receive, (list) => list.some((text) => /#\d+ /.test(text)), "the client to get a message");
}

export function cases(test, own) {
  const at = (query) => `${own.server.http}/lessons.html?lang=en&${query}`;

  for (const name of LESSONS) {
    test(`${name}: opens, in both languages`, async ({ open }) => {
      const tab = await open(at(`lesson=${name}`));
      await until(() => tab.evaluate(() => document.querySelectorAll("#lesson .turns a").length), Boolean, "the lesson");
      for (const language of ["zh", "en"]) {
        await tab.click(`[data-code=${language}]`);
        await untilAllIn(tab, language);
      }
      if (CLIENTS.includes(name)) await untilReceived(tab);
    });
  }

  test("a client that begins anew starts with nothing", async ({ open }) => {
    const tab = await open(at("lesson=sse"));
    await until(() => tab.evaluate(() => Boolean(document.querySelector("#publish:enabled"))));
    const first = (await untilReceived(tab)).at(-1);
    await tab.click("#restart");
    await until(() => tab.evaluate(shown), (list) => !list.includes(first), "a list without the first message");
    await untilReceived(tab);
  });

  test("what the tracks open is there", async ({ open }) => {
    const tab = await open(at(`track=${TRACKS[0]}`));
    for (const minutes of TRACKS) {
      await tab.open(at(`track=${minutes}`));
      const links = await until(() => tab.evaluate(opened), (list) => list.length > 0, "the steps");
      const answers = await Promise.all(links.map((link) => fetch(own.server.http + link)));
      for (const [i, { status }] of answers.entries()) assert.equal(status, 200, links[i]);
      for (const language of ["zh", "en"]) {
        await tab.click(`[data-code=${language}]`);
        await untilAllIn(tab, language);
      }
    }
  });

  test("without a bench the lesson on choosing says the command", async ({ open }) => {
    const tab = await open(at("lesson=choosing"));
    const command = () => tab.evaluate(() => document.getElementById("advise-command")?.textContent ?? "");
    await until(command, (text) => text.startsWith("./dev bench advise --rate 1 --clients 100"), "the command");
    await tab.fill("#advise-clients", "7");
    await until(command, (text) => text.includes("--clients 7 "), "the command to follow");
  });

  test("a track's link sets the lab's timers", async ({ open }) => {
    const tab = await open(`${own.server.http}/?lang=en&topic=clock&interval=2&wait=5`);
    const values = () => tab.evaluate(() => ["interval", "wait"].map((id) => document.getElementById(id).value));
    await until(values, (list) => String(list) === "2,5", "the timers");
  });
}
