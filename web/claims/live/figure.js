// SPDX-License-Identifier: MIT
//
// Figures of the page's own experiments, shaped as those of `pushbench claims --json`; and what the
// experiments have in common: waiting, and asking the server what it counts.

import { told } from "../said.js";

/** key: a string `live.NAME`, with the unit. of: whose it is; null: nobody's. */
export function figure(key, value, of = null) {
  return { key, label: told(key), value, ...(of && { of }) };
}

/** A figure that is no number but words: a string `live.NAME` with what fills it. */
export function words(key, result, of = null) {
  return { key, label: told(key), result, ...(of && { of }) };
}

export async function stats() {
  return (await fetch("/stats", { cache: "no-store" })).json();
}

/** A topic that nobody else has. */
export function ownTopic(name) {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return `${name}-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

export function socketAddress(path) {
  return location.origin.replace(/^http/, "ws") + path;
}

/** Resolves as begin(resolve, reject) does, or to undefined when the time is over. */
export function within(ms, signal, begin) {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    begin((value) => {
      clearTimeout(timer);
      resolve(value);
    }, reject);
  });
}
