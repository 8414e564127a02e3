// SPDX-License-Identifier: MIT
//
// Format: figures for people, short enough for a narrow column.

import { number } from "./i18n.js";

export function formatDelay(ms) {
  if (ms === null || ms === undefined) return "–";
  if (ms >= 1000) return `${number(ms / 1000, ms < 10000 ? 2 : 1, true)} s`;
  return `${number(ms, ms < 10 ? 1 : 0, true)} ms`;
}

/** The time of day of a moment, ms since the Unix epoch: 14:03:05 in every language. */
export function formatTime(at_ms) {
  return new Date(at_ms).toLocaleTimeString("en-GB");
}

export function formatBytes(bytes) {
  if (bytes < 1000) return `${number(Math.round(bytes))} B`;
  if (bytes < 1e6) return `${number(bytes / 1000, bytes < 1e5 ? 1 : 0)} kB`;
  return `${number(bytes / 1e6, 1)} MB`;
}

export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Published data as one line of text. */
export function formatData(message, most = 160) {
  if (message.type === "binary") return formatBytes(message.data.length * 0.75);
  const text = message.type === "json" ? JSON.stringify(message.data) : message.data;
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
