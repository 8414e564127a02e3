// SPDX-License-Identifier: MIT
// The origin lab: what its cells say is what browsers and server do, for each way of asking and each
// origin; the secret leaks where Origin is not checked, and not where it is.
import assert from "node:assert/strict";
import { artefact } from "../lib/in_browsers.mjs";
import { startLab } from "../lib/lab_server.mjs";
import { freePort, startRelay } from "../lib/relay.mjs";
import { until } from "../lib/until.mjs";
import { untilAllIn } from "./languages.mjs";

export async function serve() {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const relay = await startRelay({ port }, { "~friend": "", "~stranger": "" }, "--control-origin", origin);
  const listed = ["--origin", origin, "--origin", relay.doors["~friend"]];
  const server = await startLab(port, "--feed", "frames", "--lab", "--doors", relay.control, ...listed);
  const stop = async () => {
    await server.stop();
    await relay.stop();
  };
  return { ...server, stop };
}

/** What every cell must come to, guests in the page's order; `frames` is public. */
const OWN = {
  get: ["read", "read", "kept", "kept", "kept"],
  source: ["read", "read", "kept", "kept", "kept"],
  socket: ["read", "read", "refused", "refused", "refused"],
  post: ["published", "published", "refused", "refused", "refused"],
  post_json: ["published", "published", "unsent", "unsent", "unsent"],
};
const PUBLIC = {
  get: ["read", "read", "read", "read", "read"],
  source: ["read", "read", "read", "read", "read"],
  socket: ["read", "read", "read", "read", "read"],
  post: ["untried", "untried", "refused", "refused", "refused"],
  post_json: ["untried", "untried", "unsent", "unsent", "unsent"],
};

/** What SameSite=Lax is good for on another site's page and in a sandbox: a WebSocket of theirs comes
 * without the cookie. WebKitGTK (2.50, with libsoup 3.2) sends it with every handshake, were it Strict:
 * there the server's look at Origin is all that protects. */
const KEPT_BACK = { unchecked: ["no_cookie", "no_cookie"], checked: ["refused", "no_cookie"] };
const ELSEWHERE = { chromium: KEPT_BACK, firefox: KEPT_BACK, webkit: { unchecked: ["leaked", "leaked"], checked: ["refused"] } };

/** Runs in the page: {way: [verdict of each guest…]}. */
function verdicts(body) {
  const rows = [...document.querySelectorAll(`#${body} tr[data-way]`)];
  return Object.fromEntries(rows.map((row) => [row.dataset.way, [...row.querySelectorAll("button")].map(({ dataset }) => dataset.verdict)]));
}

/** Runs in the page: the cell as a person reads it. */
function cell({ way, guest }) {
  return document.querySelector(`tr[data-way=${way}] [data-guest=${guest}]`).textContent;
}

async function untilVerdicts(tab, body, expected, what) {
  await until(() => tab.evaluate(verdicts, body), (all) => JSON.stringify(all) === JSON.stringify(expected), what);
}

async function openPage(open, own) {
  const tab = await open(`${own.server.http}/origins.html?lang=en`);
  tab.allow(/CORS|Access-Control|Failed to load resource|ERR_FAILED/i);
  tab.allow(/WebSocket connection|establish a connection|interrupted while/);
  return tab;
}

export function cases(test, own, browser) {
  test("each way of asking from each origin, and what the server has seen of it", async ({ open }) => {
    const tab = await openPage(open, own);
    await untilVerdicts(tab, "asking", OWN, "the verdicts on a topic of one's own");
    assert.match(await tab.evaluate(cell, { way: "get", guest: "port" }), /^GET → 200/, "it was answered");
    assert.match(await tab.evaluate(cell, { way: "socket", guest: "site" }), /^GET → 403/);
    assert.match(await tab.evaluate(cell, { way: "post_json", guest: "friend" }), /^OPTIONS → 204, POST → 200/);
    await tab.choose("#asked", "frames");
    await untilVerdicts(tab, "asking", PUBLIC, "the verdicts on a public topic");
    for (const language of ["zh", "en"]) {
      await tab.click(`[data-code=${language}]`);
      await untilAllIn(tab, language);
      await tab.screenshot(artefact(`origins.${language}.${browser}.png`), true);
    }
  });

  test("a session is hijacked where Origin is not checked, and nowhere else", async ({ open }) => {
    const tab = await openPage(open, own);
    const settled = (all) => all.cookie && Object.values(all).flat().every((verdict) => verdict && verdict !== "asking");
    const all = await until(() => tab.evaluate(verdicts, "stealing"), settled, "all attacks to be over");
    // Whether another site's page brings the cookie along is the browser's business; next door it does.
    assert.deepEqual(all.unchecked.slice(0, 3), ["read", "read", "leaked"]);
    assert.deepEqual(all.unchecked.slice(3), ELSEWHERE[browser].unchecked, "SameSite=Lax");
    assert.deepEqual(all.checked.slice(0, 3), ["read", "read", "refused"]);
    for (const verdict of all.checked.slice(3)) assert.ok(ELSEWHERE[browser].checked.includes(verdict), verdict);
    assert.ok(!all.get_cookie.slice(2).includes("leaked"), "a fetch is kept from the page");
    assert.deepEqual(all.cookie.slice(2), ["leaked", "unreadable", "unreadable"]);
    const secret = await tab.evaluate(() => document.getElementById("secret").textContent);
    await tab.click("tr[data-way=unchecked] [data-guest=port]");
    const heads = await tab.evaluate(() => document.getElementById("heads").textContent);
    assert.ok(heads.includes(secret), heads);
    assert.match(heads, /Origin: http:\/\/127\.0\.0\.1:\d+/);
  });

  test("a guest that nobody frames says where it belongs", async ({ open }) => {
    const tab = await open(`${own.server.http}/origins/guest.html`);
    assert.match(await tab.evaluate(() => document.body.innerText), /the origin lab frames it[^]*跨源实验/);
  });
}
