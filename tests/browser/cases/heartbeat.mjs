// SPDX-License-Identifier: MIT
// The heartbeat lab: a line that falls silent is found dead by each end's timer, within the bound that
// the page gives; a router that forgets loses the message of who was silent, and nobody is told.
import assert from "node:assert/strict";
import { artefact } from "../lib/in_browsers.mjs";
import { startLab } from "../lib/lab_server.mjs";
import { freePort, startRelay } from "../lib/relay.mjs";
import { until } from "../lib/until.mjs";

export async function serve() {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const relay = await startRelay({ port }, { "~heart": "", "~nat": "", yours: "" }, "--control-origin", origin);
  const beats = ["--heartbeat", "1s", "--heartbeat-timeout", "1s"];
  const server = await startLab(port, "--lab", "--doors", relay.control, "--origin", origin, ...beats);
  const stop = async () => {
    await server.stop();
    await relay.stop();
  };
  return { ...server, stop };
}

const button = (kind) => `#way [data-kind=${kind}]`;

/** Runs in the page: {side: {state, replies, false_alarms}}. */
function lanes() {
  const count = (lane, name) => Number(lane.querySelector(`[data-count=${name}]`).textContent.replace(/\D/g, ""));
  return Object.fromEntries([...document.querySelectorAll(".lane")].map((lane) => [lane.dataset.lane, {
    state: lane.dataset.state, replies: count(lane, "replies"), false_alarms: count(lane, "false_alarms"),
  }]));
}

/** Runs in the page: {kind, side: verdict} of the newest trial, or null. */
function newest() {
  const row = document.querySelector("#trials tr[data-kind]");
  const sides = [...(row?.querySelectorAll("[data-side]") ?? [])].map(({ dataset }) => [dataset.side, dataset.verdict]);
  return row && { kind: row.dataset.kind, ...Object.fromEntries(sides) };
}

/** Runs in the page: what each side of the router has come to. */
function sides() {
  return Object.fromEntries([...document.querySelectorAll(".nat-side")].map((side) => [side.dataset.heart, side.dataset.verdict]));
}

async function openLab(open, { server }, query) {
  const tab = await open(`${server.http}/heartbeat.html?lang=en&theme=light&${query}`);
  tab.allow(/WebSocket connection|establish a connection|interrupted while|ERR_|Failed to load/);
  return tab;
}

/** Every heart beats, and has beaten once more than it had. */
async function untilAlive(tab) {
  const before = await tab.evaluate(lanes);
  const grown = (now) => Object.entries(now).every(([side, { state, replies }]) => state === "open" && replies > (before[side]?.replies ?? 0));
  await until(() => tab.evaluate(lanes), (now) => Object.keys(now).length === 3 && grown(now), "three hearts beating");
}

async function untilTrial(tab, good, what) {
  return until(() => tab.evaluate(newest), (trial) => trial && good(trial), what);
}

export function cases(test, own, browser) {
  test("a silent line is found dead by all, within the bound", async ({ open }) => {
    const tab = await openLab(open, own, "interval=0.5&timeout=1");
    await untilAlive(tab);
    await tab.click(button("line"));
    const done = ({ page, server, stream }) => ![page, server, stream].includes("waits");
    const trial = await untilTrial(tab, done, "all to have found out");
    assert.deepEqual([trial.kind, trial.page, trial.stream], ["line", "held", "held"]);
    assert.match(trial.server, /held|late/, "found; its clock is not this page's");
    const { page, server, stream } = await tab.evaluate(lanes);
    assert.deepEqual([page.state, server.state, stream.state], ["dead", "dead", "dead"]);
    await tab.screenshot(artefact(`heartbeat.dead.${browser}.png`));
    await tab.click(button("mend"));
    await untilAlive(tab);
    for (const { false_alarms } of Object.values(await tab.evaluate(lanes))) assert.equal(false_alarms, 0);
  });

  test("half a line: who only listens notices nothing; who is told, knows at once", async ({ open }) => {
    const tab = await openLab(open, own, "interval=0.5&timeout=1");
    await untilAlive(tab);
    await tab.click(button("client"));
    const silent = await untilTrial(tab, ({ kind, page, server }) => kind === "client" && page !== "waits" && server !== "waits");
    assert.match(silent.page, /held|told/, "by its own timer, or by the server, whose verdict still reaches it");
    assert.equal(silent.stream, "blind");
    await tab.click(button("mend"));
    await untilAlive(tab);
    await tab.click(button("cut"));
    const told = ({ kind, page, server, stream }) => kind === "cut" && [page, server, stream].every((one) => one === "told");
    await untilTrial(tab, told, "all to be told");
    await untilAlive(tab);
  });

  test("a router that forgets: without heartbeats the message is lost and nobody is told", async ({ open }) => {
    const tab = await openLab(open, own, "forgets=5"); // far from the second between two heartbeats
    await until(() => tab.evaluate(() => !document.getElementById("nat-connect").disabled), Boolean, "the router");
    await tab.click("#nat-connect");
    await until(() => tab.evaluate(() => document.getElementById("nat-router").dataset.forgotten), (count) => count === "1", "one forgotten");
    await tab.click("#nat-publish");
    await until(() => tab.evaluate(sides), ({ off, on }) => off === "missing" && on === "arrived", "one to have it");
    assert.match(await tab.evaluate(() => document.getElementById("nat-said").textContent), /to 2 subscribers/);
    assert.equal(await tab.evaluate(() => document.querySelector("[data-heart=off]").dataset.state), "open");
    await tab.click("#nat-return");
    await until(() => tab.evaluate(sides), ({ off, on }) => off === "arrived" && on === "arrived", "the cursor to bring it");
  });
}
