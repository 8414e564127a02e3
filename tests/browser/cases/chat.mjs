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

/** Runs in the page: what it says of those who type. */
function typists() {
  return document.querySelector(".typing").textContent;
}

/** Runs in the page: each person's requests, by what was done. */
function bills() {
  const numbers = (text) => text.match(/\d+/g).map(Number);
  return [...document.querySelectorAll(".person")].map((person) => ({
    transport: person.dataset.transport,
    ...Object.fromEntries([...person.querySelectorAll(".bill-row")].map((row) => {
      const [messages, requests] = numbers(row.querySelector("small").textContent);
      return [row.dataset.act, { messages, requests }];
    })),
  }));
}

/** Runs in the page: a person begins to write, and sends nothing. */
function type() {
  const field = document.querySelector(".say input");
  field.value = "well";
  field.dispatchEvent(new Event("input"));
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

  test("it opens in the order of history, and the same talk costs each what its transport takes", async ({ open }) => {
    const tab = await open(`${own.server.http}/chat.html?lang=en`);
    const states = () => tab.evaluate(() => [...document.querySelectorAll(".person")].map((p) => p.dataset.state));
    await until(states, (all) => all.length === 3 && all.every((state) => state === "open"), "three persons, all open");
    const before = await tab.evaluate(bills);
    assert.deepEqual(before.map(({ transport }) => transport), ["long_poll", "sse", "websocket"]);
    await tab.evaluate(() => {
      for (const person of document.querySelectorAll(".person")) {
        person.querySelector(".say input").value = "one";
        person.querySelector(".say").requestSubmit();
      }
    });
    const [poll, sse, socket] = await until(
      () => tab.evaluate(bills),
      (all) => all.every(({ hearing }, i) => hearing.messages >= before[i].hearing.messages + 3),
      "each has heard all three",
    );
    assert.deepEqual([poll.line, sse.line, socket.line].map(({ requests }) => requests), [1, 1, 0]);
    assert.ok(poll.hearing.requests > sse.hearing.requests, "a long poll asks again");
    assert.deepEqual([sse.hearing.requests, socket.hearing.requests], [1, 1]);
  });

  test("who types is seen, until the line has come", async ({ open }) => {
    const ann = await join(open, own.server, "Ann");
    const bob = await join(open, own.server, "Bob");
    await bob.choose(SELECT, "websocket");
    await untilOpen(bob);
    await until(async () => {
      await bob.evaluate(type);
      return ann.evaluate(typists);
    }, (text) => text === "Bob is typing …");
    const [{ typing }] = await until(() => bob.evaluate(bills), ([{ typing }]) => typing.messages > 0);
    assert.equal(typing.requests, 0, "a frame, no request");
    assert.equal(await bob.evaluate(typists), "", "nobody is told of himself");
    await say(bob, "well then");
    await until(() => ann.evaluate(lines), (seen) => seen.at(-1) === "Bobwell then");
    await until(() => ann.evaluate(typists), (text) => text === "");
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
