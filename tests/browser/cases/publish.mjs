// SPDX-License-Identifier: MIT
// The publish box: what is published is text in every column, whatever it looks like, and what is
// refused is shown in the server's words.
import assert from "node:assert/strict";
import { publish } from "../../clients/server.mjs";
import { columnsOf, openLab, untilColumns } from "../lib/columns.mjs";
import { startLab } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

const MARKUP = [
  `<img src=x onerror="window.ran = 1">`,
  `<script>window.ran = 1</script>`,
  `<svg onload="window.ran = 1"><a href="javascript:window.ran = 1">x</a></svg>`,
  `</li></ol><h1>jumped out</h1>&lt;b&gt;`,
];

async function openBox(open, own, topic) {
  const tab = await openLab(open, own, topic);
  await tab.fill("#publish-topic", topic);
  return tab;
}

async function publishByHand(tab, data, event = "") {
  await tab.fill("#publish-event", event);
  await tab.fill("#publish-data", data);
  await tab.click("#publish button.primary");
}

const answerOf = (tab) => () => tab.evaluate(() => document.getElementById("publish-answer").textContent);

/** The words with which the server refuses. */
async function refusal({ server }, topic, type, data) {
  const response = await fetch(`${server.http}/publish/${topic}`, {
    method: "POST", body: data, headers: { "Content-Type": type } });
  return `${response.status}: ${(await response.json()).error}`;
}

export const serve = startLab;

export function cases(test, own) {
  test("a message arrives in every column as it was typed", async ({ open }) => {
    const tab = await openBox(open, own, "typed");
    await publishByHand(tab, "hello, 同学们 👋");
    await untilColumns(tab, ({ rows }) => rows[0]?.text === "hello, 同学们 👋");
    await until(answerOf(tab), (text) => /^Number 1 .*: \d/.test(text));
    await tab.choose("#publish-type", "json");
    await publishByHand(tab, '{"a": [1, "ü"]}');
    await untilColumns(tab, ({ rows }) => rows[0]?.text === '{"a":[1,"ü"]}');
  });

  test("markup is shown as text and runs nothing", async ({ open }) => {
    const tab = await openBox(open, own, "markup");
    const others = () => document.querySelectorAll(".messages :not(li, b, em, span, i)").length;
    for (const markup of MARKUP) {
      await publishByHand(tab, markup, "<u>event</u>");
      await untilColumns(tab, ({ rows }) => rows[0]?.text === markup && rows[0].event === "<u>event</u>");
      assert.equal(await tab.evaluate(others), 0);
    }
    assert.equal(await tab.evaluate(() => window.ran), undefined);
  });

  test("the page's policy forbids inline scripts, and a violation would be noticed", async ({ open }) => {
    const tab = await openBox(open, own, "policy");
    await tab.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.ran = 1";
      document.body.append(script);
    });
    const violation = (text) => text.startsWith("policy violation: script-src");
    await until(() => tab.complaints, (complaints) => complaints.some(violation));
    assert.equal(await tab.evaluate(() => window.ran), undefined);
    tab.allow(/policy/i);
  });

  test("an event name that nobody knew arrives over every transport", async ({ open }) => {
    const tab = await openBox(open, own, "event");
    await publish(own.server, "event", "named", { "Pushlab-Event": "tick" });
    await publish(own.server, "event", "plain");
    await untilColumns(tab, ({ rows }) => rows[0]?.text === "plain");
    const named = { seq: 1, event: "tick", text: "named" };
    for (const { rows } of await columnsOf(tab)) assert.deepEqual(rows[1], named);
    for (const { messages, requests, transport } of await columnsOf(tab)) {
      assert.equal(messages, 2);
      if (["sse", "websocket"].includes(transport)) assert.equal(requests, 1, `${transport} asked again`);
    }
  });

  test("a refusal is shown in the server's words", async ({ open }) => {
    const tab = await openBox(open, own, "refused");
    await tab.fill("#publish-topic", "~mine");
    await publishByHand(tab, "x");
    const reserved = await refusal(own, "~mine", "text/plain", "x");
    assert.match(reserved, /^403: ./);
    await until(answerOf(tab), (text) => text === `Refused, ${reserved}`, reserved);
    await tab.fill("#publish-topic", "broken");
    await tab.choose("#publish-type", "json");
    await publishByHand(tab, "{not json");
    const malformed = await refusal(own, "broken", "application/json", "{not json");
    assert.match(malformed, /^400: ./);
    await until(answerOf(tab), (text) => text === `Refused, ${malformed}`, malformed);
    tab.allow(/Failed to load resource/); // Chromium says each refusal on the console
  });
}
