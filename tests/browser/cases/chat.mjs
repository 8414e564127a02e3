// SPDX-License-Identifier: MIT
// The chat: two people on two pages, over any two transports.
import assert from "node:assert/strict";
import { startLab, transportsOf } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

const SELECT = ".person .fields select";

function lines() {
  return [...document.querySelectorAll(".talk li:not(.note)")].map((line) => line.textContent);
}

async function join(open, server, name) {
  const tab = await open(`${server.http}/chat.html?people=1&lang=en&name=${name}`);
  await untilOpen(tab);
  return tab;
}

function untilOpen(tab) {
  const state = () => tab.evaluate(() => document.querySelector(".person")?.dataset.state);
  return until(state, (now) => now === "open");
}

async function say(tab, text) {
  await tab.fill(".say input", text);
  await tab.click(".say button");
}

export const serve = startLab;

export function cases(test, own) {
  test("two people over different transports", async ({ open }) => {
    const { server } = own;
    const names = await transportsOf(server);
    const ann = await join(open, server, "Ann");
    const bob = await join(open, server, "Bob");
    const expected = [];
    for (const [i, name] of names.entries()) {
      await ann.choose(SELECT, names[(i + 1) % names.length]);
      await bob.choose(SELECT, name);
      await untilOpen(ann);
      await untilOpen(bob);
      for (const [tab, who] of [[ann, "Ann"], [bob, "Bob"]]) {
        await say(tab, `by ${name}`);
        expected.push(`${who}by ${name}`);
        for (const reader of [ann, bob]) {
          await until(() => reader.evaluate(lines), (seen) => seen.length >= expected.length);
        }
      }
    }
    for (const reader of [ann, bob]) assert.deepEqual(await reader.evaluate(lines), expected);
  });

  test("markup in a name or a text is shown as text", async ({ open }) => {
    const tab = await join(open, own.server, "Eve");
    const [name, text] = ["<b>Eve</b>", `<img src=x onerror="window.ran = 1">`];
    await tab.fill(".person .fields input", name);
    await say(tab, text);
    await until(() => tab.evaluate(lines), (seen) => seen.at(-1) === name + text);
    assert.equal(await tab.evaluate(() => document.querySelectorAll(".talk img, .talk b b").length), 0);
    assert.equal(await tab.evaluate(() => window.ran), undefined);
  });
}
