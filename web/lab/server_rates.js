// SPDX-License-Identifier: MIT
//
// Server rates: from two readings of /stats, what the server did between them. Pure.

const SENT = ["payload_bytes", "framing_bytes", "header_bytes"];

/**
 * {cpu: percent of one processor, memory: bytes, and by transport, each a second: messages,
 * requests (polls asked and streams opened), useless (answers without a message), sent (bytes)}.
 * {} when the server was started anew in between. The time is the server's own.
 */
export function ratesOf(before, now) {
  const seconds = (now.time_us - before.time_us) / 1e6;
  if (!(seconds > 0) || now.uptime_us < before.uptime_us) return {};
  const cpu_us = (stats) => stats.cpu_user_us + stats.cpu_system_us;
  const rates = { cpu: (cpu_us(now) - cpu_us(before)) / seconds / 1e4, memory: now.rss_bytes };
  const each = (...figures) => byTransport(before, now, figures, seconds);
  rates.messages = each("messages");
  rates.requests = each("subscriptions");
  rates.useless = each("empty_answers");
  rates.sent = each(...SENT);
  return rates;
}

function byTransport(before, now, figures, seconds) {
  const sum = (row) => figures.reduce((total, name) => total + (row?.[name] ?? 0), 0);
  const rates = now.transports.map((row) => {
    const earlier = before.transports.find(({ transport }) => transport === row.transport);
    return [row.transport, (sum(row) - sum(earlier)) / seconds];
  });
  return Object.fromEntries(rates);
}

/** The next of 1, 2, 5, 10, 20 …: what a scale ends in, so that it does not change all the time. */
export function niceMost(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((digit) => digit * power).find((most) => most >= value);
}
