// SPDX-License-Identifier: MIT
//
// Rate publisher: so many messages a second to a topic of this page's own. It speaks over a
// WebSocket of its own, which does not take one of the browser's six HTTP connections away from
// the columns; without WebSocket it posts.

import { byId } from "../dom.js";
import { say } from "../i18n.js";
import { post } from "../pushlab/publish.js";

const TOPIC = `lab.${Math.random().toString(36).slice(2, 8)}`;
const OPENING_MS = 3000;

export function startRatePublisher({ watch }) {
  const publisher = new RatePublisher();
  byId("rate-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (publisher.running) return publisher.stop();
    watch(TOPIC);
    publisher.start();
  });
  addEventListener("pagehide", () => publisher.stop());
}

class RatePublisher {
  running = false;
  #count = 0;
  #socket = null;
  #timer = 0;

  async start() {
    this.running = true;
    say(byId("rate-button"), "rate.stop");
    this.#socket = await openSocket((text) => this.stop(text));
    if (this.running) this.#schedule(performance.now());
    else this.#socket?.close();
  }

  stop(problem = "") {
    this.running = false;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#socket = null;
    say(byId("rate-button"), "rate.start");
    if (problem) say(byId("rate-state"), "rate.failed", { text: problem });
  }

  /** due_ms: when the message before was due. Timers that come late do not lower the rate. */
  #schedule(due_ms) {
    const next_ms = due_ms + pause_ms();
    this.#timer = setTimeout(() => {
      this.#publish();
      if (this.running) this.#schedule(Math.max(next_ms, performance.now() - 1000));
    }, next_ms - performance.now());
  }

  #publish() {
    this.#count += 1;
    const message = { topic: TOPIC, type: "text", data: text(this.#count) };
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ publish: message }));
    else post(message).catch((error) => this.stop(error.message));
    say(byId("rate-state"), "rate.sent", { count: this.#count, topic: TOPIC });
  }
}

function pause_ms() {
  const mean_ms = 1000 / (byId("rate").valueAsNumber || 1);
  return byId("rhythm").value === "random" ? -Math.log(1 - Math.random()) * mean_ms : mean_ms;
}

function text(count) {
  return String(count).padEnd(Number(byId("size").value), ".");
}

/** A socket for publishing only, or null after a while. onError: with the server's own words. */
function openSocket(onError) {
  return new Promise((resolve) => {
    const address = `${location.origin.replace(/^http/, "ws")}/websocket/${TOPIC}`;
    const socket = new WebSocket(address, "pushlab.json");
    const giveUp = () => {
      socket.close();
      resolve(null);
    };
    const timer = setTimeout(giveUp, OPENING_MS);
    socket.onopen = () => {
      clearTimeout(timer);
      socket.send(JSON.stringify({ unsubscribe: TOPIC }));
      resolve(socket);
    };
    socket.onerror = giveUp;
    socket.onmessage = ({ data }) => {
      const { error } = JSON.parse(data);
      if (error) onError(error.message);
    };
  });
}
