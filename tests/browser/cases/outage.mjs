// SPDX-License-Identifier: MIT
// Outages: a server that is killed and comes back without its log, and a column that was away for
// longer than the log reaches. Every column says what it cannot have, and goes on.
import assert from "node:assert/strict";
import { publish } from "../../clients/server.mjs";
import { assertSound, openLab, pauseButton, untilColumns } from "../lib/columns.mjs";
import { startLab } from "../lib/lab_server.mjs";

const HELD = 20;
const AFTER = "after the restart";
const OPTIONS = ["--retry", "500ms", "--history", `${HELD},1h,16M`];

async function openLabAndPublish(open, own, topic) {
  const tab = await openLab(open, own, topic);
  await publish(own.server, topic, "first");
  await untilColumns(tab, ({ messages }) => messages === 1);
  return tab;
}

export const serve = () => startLab(...OPTIONS);

export function cases(test, own) {
  test("the server is killed and started again", async ({ open }) => {
    const tab = await openLabAndPublish(open, own, "killed");
    tab.allow(/ERR_|Failed to load resource|establish a connection|interrupted while/);
    const { port } = own.server;
    await own.server.kill();
    await untilColumns(tab, ({ state, reason }) => state === "reconnecting" && reason !== "");
    own.server = await startLab(port, ...OPTIONS);
    await publish(own.server, "killed", AFTER);
    const columns = await untilColumns(tab, ({ state, rows }) => state === "open" && rows[0]?.text === AFTER);
    assertSound(columns);
    for (const { state, gaps, notes } of columns) {
      assert.deepEqual({ state, gaps }, { state: "open", gaps: 1 });
      assert.match(notes[0], /Gap of unknown size/);
    }
  });

  test("a column that was away too long is told how much it has missed", async ({ open }) => {
    const tab = await openLabAndPublish(open, own, "away");
    const count = await tab.evaluate(() => document.querySelectorAll("#columns > .column").length);
    for (let i = 0; i < count; i++) await tab.click(pauseButton(i));
    await untilColumns(tab, ({ state }) => state === "closed");
    for (let seq = 2; seq <= 3 * HELD; seq++) await publish(own.server, "away", `number ${seq}`);
    for (let i = 0; i < count; i++) await tab.click(pauseButton(i));
    const columns = await untilColumns(tab, ({ rows }) => rows[0]?.seq === 3 * HELD);
    assertSound(columns);
    for (const { gaps, messages, notes } of columns) {
      assert.deepEqual({ gaps, messages }, { gaps: 1, messages: 1 + HELD });
      assert.match(notes[0], new RegExp(`Gap: messages 2 to ${2 * HELD} \\(${2 * HELD - 1}\\)`));
    }
  });
}
