// SPDX-License-Identifier: MIT
// The picture page: the feed `frames`, replaced in place, in every way.
import assert from "node:assert/strict";
import { modules, startLab, transportsOf } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

const PICTURES = 3;
const PATIENCE_MS = 80000; // many decoders on few processors
export const serve = () => startLab("--feed", "frames=2", ...modules("multipart"));

/** Runs in the page: the pictures that each column shows now, as {way: checksum of pixels}. */
async function look() {
  const seen = {};
  for (const column of document.querySelectorAll("#columns > .column")) {
    const picture = column.querySelector("img");
    if (!picture.naturalWidth) continue;
    const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
    const context = canvas.getContext("2d");
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
    seen[column.dataset.way] = `${canvas.width}x${canvas.height} ${digest.slice(0, 8).join(".")}`;
  }
  return seen;
}

/** Waits until each way has shown so many different pictures. */
async function untilPictures(tab, names) {
  const shown = Object.fromEntries(names.map((name) => [name, new Set()]));
  const gather = async () => {
    for (const [name, picture] of Object.entries(await tab.evaluate(look))) shown[name].add(picture);
    return names.map((name) => shown[name].size);
  };
  await until(gather, (counts) => Math.min(...counts) >= PICTURES, `${PICTURES} pictures over ${names}`, PATIENCE_MS);
  const all = Object.values(shown).flatMap((pictures) => [...pictures]);
  for (const picture of all) assert.match(picture, /^480x270 /);
}

/** Runs in the page: {way: [per second, bytes, lag]}. */
function figures() {
  const columns = [...document.querySelectorAll("#columns > .column")];
  const shown = (column) => [...column.querySelectorAll("dd")].slice(0, 3).map(({ textContent }) => textContent);
  return Object.fromEntries(columns.map((column) => [column.dataset.way, shown(column)]));
}

/** Runs in the page: the states of the columns that have a WebSocket. */
function sockets() {
  return ["websocket", "binary"].map((way) => document.querySelector(`.column[data-way="${way}"]`)?.dataset.state);
}

/** Runs in the page: what it says of pictures that do not come. */
function missing() {
  const notice = document.getElementById("none");
  return notice.hidden ? "" : notice.textContent;
}

/** Waits until the tutorial's client, in its frame, has appended some pictures. */
export async function untilAppended(tab) {
  await until(() => tab.evaluate(framed), (pictures) => pictures >= 2);
  const words = () => tab.evaluate(() => document.getElementById("appended").textContent);
  await until(words, (text) => /^\d+ pictures appended/.test(text));
}

/** Runs in the page. */
function framed() {
  return document.getElementById("snippet-frame").contentDocument.images.length;
}

function shownCode() {
  return [...document.querySelectorAll(".source code")].map((code) => code.textContent);
}

export function cases(test, own) {
  test("pictures decode, change and differ in every way", async ({ open }) => {
    const tab = await open(`${own.server.http}/pictures.html?lang=en`);
    await until(() => tab.evaluate(sockets), (states) => states.join() === "open,open"); // given up sooner, Firefox complains
    await tab.fill("#interval", "0.5");
    const scriptless = (name) => /^html/.test(name);
    const ways = [...(await transportsOf(own.server)).filter((name) => !scriptless(name)), "binary"];
    assert.ok(ways.includes("multipart"), "the module has been loaded");
    await untilPictures(tab, ways);
    // Of a plain <img> no script is told: its lag shows where the browser shows all its pictures.
    const asked = (way, all) => (way === "multipart" ? all[way]?.slice(0, 2) : all[way]) ?? [""];
    const complete = (all) => ways.every((way) => asked(way, all).every((figure) => /\d/.test(figure)));
    await until(() => tab.evaluate(figures), complete, "per second, bytes and lag in every column", PATIENCE_MS);
    assert.equal(await tab.evaluate(missing), "");
  });

  test("where no pictures are drawn, the page says what to do", async ({ open }) => {
    const other = await startLab("--feed", "clock");
    try {
      const tab = await open(`${other.http}/pictures.html?lang=en`);
      await until(() => tab.evaluate(missing), (text) => text.includes("--feed frames"));
      await tab.close();
    } finally {
      await other.stop();
    }
  });

  test("the tutorial's client runs with this server's address", async ({ open }) => {
    const tab = await open(`${own.server.http}/pictures.html?lang=en`);
    await untilAppended(tab);
    assert.match(await tab.evaluate(() => document.getElementById("port-note").textContent), /localhost:8765/);
    const [original, adapted] = await tab.evaluate(shownCode);
    assert.equal(adapted, original.replace('"ws://localhost:8765"', '"ws://" + location.host'));
    await tab.click("#snippet-button");
    await until(() => tab.evaluate(framed), (pictures) => pictures === 0);
  });
}
