// SPDX-License-Identifier: MIT
// The doctor page behind two doors of pushrelay, and straight: it names what stands in the way, the
// lines that cure it, and the transport to take; addresses that it may not read are told.
import assert from "node:assert/strict";
import { startLab, startOtherOrigin } from "../lib/lab_server.mjs";
import { startRelay } from "../lib/relay.mjs";
import { until } from "../lib/until.mjs";

// What a browser says of requests that fail; here they fail on purpose.
const EXPECTED = /Failed to load resource|WebSocket connection|establish a connection|interrupted while|ERR_|CORS|Cross-Origin/;
const PATIENCE_MS = 90000; // an examination takes 5 to 15 s, and both browsers share two processors
const COMES = "comes"; // in time or late: a busy machine is late by itself
const DOORS = { holds: "buffer=all,strip-upgrade", slow: "delay=300" };

export async function serve() {
  const server = await startLab("--feed", "none", "--lab");
  const relay = await startRelay(server, DOORS);
  const elsewhere = await startOtherOrigin();
  const stop = async () => {
    for (const running of [relay, elsewhere, server]) await running.stop();
  };
  return { ...server, doors: relay.doors, elsewhere, stop };
}

/** Runs in the page. */
function read() {
  const cards = [...document.querySelectorAll("#transports > .column")].map(({ dataset }) => dataset);
  return {
    done: "done" in document.getElementById("transports").dataset,
    outcomes: Object.fromEntries(cards.map(({ transport, outcome }) => [transport, outcome?.replace(/^(works|late)$/, "comes")])),
    status: document.getElementById("status").textContent,
    findings: [...document.querySelectorAll(".finding h3")].map(({ textContent }) => textContent),
    lines: [...document.querySelectorAll(".cures code")].map(({ textContent }) => textContent),
    who: document.getElementById("who").textContent,
    failed: document.getElementById("status").classList.contains("bad"),
  };
}

async function examined(open, address, more = "") {
  const tab = await open(`${address}/doctor.html?lang=en&theme=light${more}`);
  tab.allow(EXPECTED);
  const seen = await until(() => tab.evaluate(read), ({ done }) => done, "the examination to end", PATIENCE_MS);
  return { tab, seen };
}

export function cases(test, own) {
  test("straight, all four work", async ({ open }) => {
    const { tab, seen } = await examined(open, own.server.http);
    assert.deepEqual(seen.outcomes, { short_poll: COMES, long_poll: COMES, sse: COMES, websocket: COMES });
    assert.match(seen.status, /WebSocket/);
    assert.deepEqual(seen.lines, []);
    await tab.click("[data-code=zh]");
    await until(() => tab.evaluate(read), ({ status }) => /照现在这条路/.test(status), "the diagnosis in Chinese");
  });

  test("a proxy that holds streams and takes Upgrade away is told, with its cures", async ({ open }) => {
    const { tab, seen } = await examined(open, own.server.doors.holds);
    const wanted = { short_poll: COMES, long_poll: COMES, sse: "buffered", websocket: "refused" };
    assert.deepEqual(seen.outcomes, wanted);
    assert.match(seen.status, /Long poll/);
    for (const fault of ["Streams are held back (SSE)", "Upgrade is taken away (WebSocket)"]) {
      assert.ok(seen.findings.includes(fault), String(seen.findings));
    }
    assert.ok(seen.lines.includes("proxy_buffering off;") && seen.lines.includes("server.stream-response-body = 2"));
    assert.match(seen.who, /I don’t know/);
    const report = await reportOf(tab);
    for (const part of ["sse: Held back", "proxy_buffering off;", own.server.doors.holds]) assert.ok(report.includes(part), report);
  });

  test("a slow line is not blamed on anything", async ({ open }) => {
    const { seen } = await examined(open, own.server.doors.slow);
    assert.ok(seen.findings.includes("The line is slow"), String(seen.findings));
    assert.ok(!seen.findings.some((finding) => /held back|taken away/.test(finding)), String(seen.findings));
    assert.match(seen.status, /WebSocket/);
  });

  test("an address that this page may not read is told, and the search for idle limits can be stopped", async ({ open }) => {
    const { tab } = await examined(open, own.server.http);
    await tab.click("#look-idle");
    const running = () => tab.evaluate(() => document.querySelectorAll("#idle dd").length);
    await until(running, (count) => count === 3, "three limits to be looked for");
    await tab.click("#look-idle");
    const label = () => tab.evaluate(() => document.getElementById("look-idle").textContent);
    await until(label, (text) => text === "Look for idle limits", "the search to end");
    await tab.fill("#address", own.server.elsewhere.origin);
    await tab.click("#begin");
    const { status } = await until(() => tab.evaluate(read), ({ failed }) => failed, "the address to be refused", PATIENCE_MS);
    assert.ok(status.includes(`pushlab --origin ${own.server.http}`), status);
  });
}

/** What the page would put on the clipboard, which headless browsers may not have. */
async function reportOf(tab) {
  await tab.evaluate(() => {
    navigator.clipboard?.writeText && (navigator.clipboard.writeText = () => Promise.reject(new Error("not here")));
  });
  await tab.click("#copy");
  const text = () => tab.evaluate(() => document.getElementById("report-text").value);
  return until(text, (value) => value !== "", "the report");
}
