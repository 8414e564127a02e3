// SPDX-License-Identifier: MIT
//
// pushlab: subscribe to topics of a pushlab server, over the best transport that the way there lets
// through, and know why it is that one.
//
//   const subscription = subscribe("clock", {
//     onMessage: ({ seq, data }) => console.log(seq, data),
//     onState: (state, why) => console.log(state, explain(why)),
//   });

import { platformOf } from "./platform.js";
import { TRANSPORTS } from "./session.js";
import { Subscription } from "./subscription.js";

export { explain } from "./reasons.js";
export { TRANSPORTS };

const TOPIC = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,128}$/;
const TOPICS_LIMIT = 32;
const WAIT_S = { default: 25, most: 120 };

/**
 * @typedef {"websocket" | "sse" | "long_poll" | "short_poll"} Transport
 * @typedef {"connecting" | "open" | "reconnecting" | "closed"} State
 *
 * @typedef {object} Message
 * @property {string} topic
 * @property {string} id the cursor behind it
 * @property {number} seq 1, 2, 3 … within its topic
 * @property {number} time when the server took it: microseconds since the Unix epoch
 * @property {string} [event]
 * @property {"text" | "json" | "binary"} type
 * @property {any} data text, the JSON value, or base64 where type is "binary"
 *
 * @typedef {object} Gap what can no longer be given; null where the log is another one
 * @property {string} topic
 * @property {number | null} from
 * @property {number | null} to
 * @property {number | null} count
 * @property {string} reason
 *
 * @typedef {object} Rung
 * @property {Transport} transport
 * @property {"works" | "trying" | "failed" | "unused"} state
 * @property {string} code why, for programs; reasons.js lists them
 * @property {Record<string, string | number>} args what the sentence of that code is filled with
 *
 * @typedef {object} Why
 * @property {Transport | null} transport what is in use
 * @property {Transport} subject the transport that code is about
 * @property {string} code why nothing better is in use; "best": there is nothing better
 * @property {Record<string, string | number>} args
 * @property {Rung[]} rungs each transport allowed, the best one first
 * @property {boolean} shared whether another tab's connection is used
 *
 * @typedef {object} Options
 * @property {Transport[]} [transports] those allowed, the best one first; default: all
 * @property {string} [since] a cursor, "now" (default), "first", or "-N" for the last N and on
 * @property {(message: Message) => void} [onMessage]
 * @property {(gap: Gap) => void} [onGap]
 * @property {(state: State, why: Why) => void} [onState] whenever either has changed
 * @property {string} [url] the server; a page's own by default, needed elsewhere
 * @property {string} [token] for publishing
 * @property {boolean} [share] one connection for all tabs that want the same; default: true
 * @property {number} [wait_s] how long a long poll is held; default: 25
 * @property {typeof fetch} [fetch] these three where there are none, or for others
 * @property {any} [EventSource]
 * @property {any} [WebSocket]
 */

/**
 * Starts at once, and goes on until close(): over every change of transport, and every cut, each
 * message comes once and in order. Throws TypeError for options that make no sense.
 *
 * @param {string | string[]} topic
 * @param {Options} [options]
 * @returns {Subscription}
 */
export function subscribe(topic, options = {}) {
  const topics = [topic].flat();
  const { transports = TRANSPORTS, since = "now", share = true, wait_s = WAIT_S.default } = options;
  demand(topics.length > 0, "name a topic");
  demand(topics.length <= TOPICS_LIMIT, `at most ${TOPICS_LIMIT} topics; make a second subscription`);
  demand(new Set(topics).size === topics.length, "a topic is named twice");
  for (const name of topics) {
    demand(TOPIC.test(name), `"${name}" is no topic: 1 to 128 characters of A-Z a-z 0-9 . _ ~ -`);
  }
  for (const name of transports) {
    demand(TRANSPORTS.includes(name), `"${name}" is no transport: ${TRANSPORTS.join(", ")}`);
  }
  demand(transports.length > 0, "allow a transport");
  demand(wait_s >= 1 && wait_s <= WAIT_S.most, `wait_s is 1 to ${WAIT_S.most}`);
  const complete = { ...options, transports: [...transports], since: String(since), share, wait_s };
  return new Subscription(platformOf(options), topics, complete);
}

function demand(good, text) {
  if (!good) throw new TypeError(text);
}
