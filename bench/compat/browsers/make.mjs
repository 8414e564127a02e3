// SPDX-License-Identifier: MIT
//
// Makes web/compat/browsers.json: from when on each browser has what the transports need, of
// MDN's browser-compat-data (CC0-1.0). By hand, when the data should be newer:
//   cd bench/compat/browsers && npm install --no-package-lock && node make.mjs
// (another version of the data is chosen in package.json).

import { readFileSync, writeFileSync } from "node:fs";

const DATA = new URL("node_modules/@mdn/browser-compat-data/data.json", import.meta.url);
const RESULT = new URL("../../../web/compat/browsers.json", import.meta.url);

// What a transport needs, and where the data have it. Polls need the first; a stream that is read
// while it comes (NDJSON) the last.
const FEATURES = {
  xhr: ["XMLHttpRequest", "XMLHttpRequest"],
  sse: ["EventSource", "EventSource"],
  websocket: ["WebSocket", "WebSocket"],
  stream: ["fetch stream", "Response.body"],
};
const BROWSERS = ["ie", "firefox", "safari", "opera", "safari_ios", "chrome", "chrome_android", "edge"];
// The data do not say when a browser ended. Internet Explorer: when Microsoft ended its support.
const ENDED = { ie: "2022-06-15" };

const { api, browsers, __meta: meta } = JSON.parse(readFileSync(DATA, "utf8"));

function find(path) {
  return path.split(".").reduce((node, name) => node[name], api).__compat.support;
}

function isPlain({ flags, prefix, alternative_name: otherName, partial_implementation: partial }) {
  return !flags && !prefix && !otherName && !partial;
}

/** The first version that has it whole and under its name: no flag, no prefix. */
function firstSupport(id, statements) {
  const plain = [statements ?? []].flat().filter(isPlain);
  const versions = plain.map((one) => one.version_added).filter((version) => typeof version === "string" && version !== "preview");
  const dated = versions.map((version) => ({ version, date: browsers[id].releases[version.replace("≤", "")]?.release_date }));
  return dated.filter(({ date }) => date).sort((a, b) => a.date.localeCompare(b.date))[0] ?? null;
}

function describe(id) {
  const dates = Object.values(browsers[id].releases).map(({ release_date: date }) => date);
  const support = Object.entries(FEATURES).map(([key, [, path]]) => [key, firstSupport(id, find(path)[id])]);
  return {
    id,
    name: browsers[id].name,
    began: dates.filter(Boolean).sort()[0],
    ...(ENDED[id] && { ended: ENDED[id] }),
    support: Object.fromEntries(support),
  };
}

const result = {
  source: { package: "@mdn/browser-compat-data", version: meta.version, date: meta.timestamp.slice(0, 10), licence: "CC0-1.0" },
  made_by: "bench/compat/browsers/make.mjs",
  features: Object.fromEntries(Object.entries(FEATURES).map(([key, [name]]) => [key, name])),
  browsers: BROWSERS.map(describe),
};
writeFileSync(RESULT, `${JSON.stringify(result, null, 1)}\n`);
