// SPDX-License-Identifier: MIT
//
// Ways: what the guests try, a row of the tables each. `way` is one of guest.js; `publishes`: what
// it does, it does at the server, whoever may read the answer. `secret`: what it reads is for those
// who are allowed to. `server` false: nobody is asked.

export const ASKING = [
  { name: "get", way: "get", path: ({ topic, since }) => `/short_poll/${topic}?since=${since}&limit=1` },
  { name: "source", way: "source", path: ({ topic, since }) => `/sse/${topic}?since=${since}` },
  { name: "socket", way: "socket", path: ({ topic, since }) => `/websocket/${topic}?since=${since}` },
  { name: "post", way: "post", publishes: true, path: pathToPublish },
  { name: "post_json", way: "post_json", publishes: true, path: pathToPublish },
];

/** Who may publish is not to spoil a topic that others read: null, it is not tried. */
function pathToPublish({ topic, common }, guest) {
  return common && guest.allowed ? null : `/publish/${topic}`;
}

export const STEALING = [
  { name: "unchecked", way: "socket", secret: true, path: () => "/websocket/~account?since=first&careless=1" },
  { name: "checked", way: "socket", secret: true, path: () => "/websocket/~account?since=first" },
  { name: "get_cookie", way: "get_cookie", secret: true, path: () => "/short_poll/~account?since=first&limit=1" },
  { name: "cookie", way: "cookie", secret: true, server: false, path: () => "/" },
];

/**
 * What has become of it, as one word (strings origin_is.…): outcome as guest.js has it, exchanges
 * as the server has seen them. null: not to be said yet.
 */
export function verdictOf(row, guest, outcome, exchanges) {
  const { publishes = false, secret = false, server = true } = row;
  const last = exchanges.at(-1);
  if (outcome?.untried) return "untried";
  if (!outcome || (server && last?.status === 0)) return null;
  const status = last && last.method !== "OPTIONS" ? last.status : outcome.status;
  if (status === 401) return "no_cookie";
  if (status >= 400) return "refused";
  if (outcome.read && publishes) return "published";
  if (outcome.read) return secret && !guest.allowed ? "leaked" : "read";
  if (!server) return "unreadable";
  if (!last) return null;
  return last.method === "OPTIONS" ? "unsent" : "kept";
}
