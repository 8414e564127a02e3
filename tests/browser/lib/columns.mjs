// SPDX-License-Identifier: MIT
//
// Columns: what the lab's columns show, read from the page as a person would.

import assert from "node:assert/strict";
import { until } from "./until.mjs";

/** Runs in the page. */
function read() {
  const columnOf = (element) => {
    const figure = (key) => {
      const box = element.querySelector(`dt[data-i18n="column.${key}"]`).parentElement;
      return Number(box.querySelector("dd span").textContent.replace(/\D/g, ""));
    };
    const rows = [...element.querySelectorAll(".messages li:not(.note)")];
    return {
      transport: element.dataset.transport,
      state: element.dataset.state,
      reason: element.querySelector(".reason").textContent,
      messages: figure("messages"),
      requests: figure("requests"),
      lost: figure("lost"),
      repeated: figure("repeated"),
      reordered: figure("reordered"),
      gaps: figure("gaps"),
      notes: [...element.querySelectorAll(".messages li.note")].map((li) => li.textContent),
      rows: rows.map((li) => ({
        seq: Number(li.querySelector("b").textContent),
        event: li.querySelector("em")?.textContent ?? "",
        text: li.querySelector("span").textContent,
      })),
    };
  };
  return [...document.querySelectorAll("#columns > .column")].map(columnOf);
}

export function columnsOf(tab) {
  return tab.evaluate(read);
}

/** Waits until every column is good, and gives them. */
export function untilColumns(tab, good, what) {
  const all = (columns) => columns.length > 0 && columns.every(good);
  return until(() => columnsOf(tab), all, what ?? `in every column: ${good}`);
}

const untilOpen = (tab) => untilColumns(tab, ({ state }) => state === "open", "every column open");

/** Opens the lab on a topic, with short poll asking often. */
export async function openLab(open, { server }, topic) {
  const tab = await open(`${server.http}/?lang=en&theme=light&topic=${topic}`);
  await untilOpen(tab);
  await tab.fill("#interval", "0.2");
  return tab;
}

/** Nothing lost, repeated or reordered. */
export function assertSound(columns) {
  for (const { transport, lost, repeated, reordered } of columns) {
    const counts = { transport, lost, repeated, reordered };
    assert.deepEqual(counts, { transport, lost: 0, repeated: 0, reordered: 0 });
  }
}

export const pauseButton = (index) => `#columns > .column:nth-child(${index + 1}) .actions button`;
export const switcher = (index) => `#columns > .column:nth-child(${index + 1}) .actions select`;
