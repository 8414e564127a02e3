// SPDX-License-Identifier: MIT
//
// Line: this page's WebSocket, with a heart at its end. A page cannot send ping frames, nor see those
// that come: it asks with {"ping":N}, and the server, which pings by frames, says {"heartbeat":TIME}
// beside each. It comes back only when it is told to.

import { clock_ms } from "../transports/transport.js";
import { Heart } from "./heart.js";

export const CLOCK = { now: clock_ms, set: (call, ms) => setTimeout(call, ms), clear: (timer) => clearTimeout(timer) };

export class Line {
  /** "connecting", "open", "dead" (no reply in time), "told" (closed, and we were told) or "closed". */
  state = "closed";
  seen_ms = 0; // the last sign of life
  spoken_ms = 0; // when bytes went either way, as far as a page can know
  #address;
  #settings;
  #listener;
  #socket = null;
  #heart = null;

  /** listener: onState(state), onProbe(number, due_ms), onReply(number), onServerBeat(time_us),
   * onDead(late_ms), onTold(), onMessage(message). settings: Heart's; null: no heart. */
  constructor(address, settings, listener) {
    this.#address = address;
    this.#settings = settings;
    this.#listener = listener;
  }

  /** since: "now", or the cursor to go on from. */
  open(since = "now") {
    this.close();
    this.cursor = since;
    const address = `${this.#address}${this.#address.includes("?") ? "&" : "?"}since=${since}`;
    const socket = new WebSocket(address.replace(/^http/, "ws"), "pushlab.json");
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data));
    socket.onclose = () => this.#told();
    this.#set("connecting");
  }

  close() {
    this.#drop();
    if (this.state !== "closed") this.#set("closed");
  }

  configure(settings) {
    this.#settings = settings;
    this.#heart?.configure(settings);
  }

  /** What the browser believes of its socket. */
  get believed() {
    const open = this.#socket?.readyState === WebSocket.OPEN;
    return open ? "open" : this.#socket?.readyState === WebSocket.CONNECTING ? "connecting" : "closed";
  }

  #drop() {
    this.#heart?.stop();
    this.#heart = null;
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #set(state) {
    this.state = state;
    this.#listener.onState?.(state);
  }

  #hear(said) {
    this.seen_ms = this.spoken_ms = clock_ms();
    if (said.id) this.#message(said);
    else if (said.ready) this.#ready(said);
    else if ("pong" in said) this.#heart?.reply(said.pong);
    else if (said.heartbeat) this.#listener.onServerBeat?.(said.heartbeat);
  }

  #ready({ next }) {
    this.cursor = next;
    if (this.#settings) this.#beat();
    this.#set("open");
  }

  #message(message) {
    this.cursor = message.id;
    this.#listener.onMessage?.(message);
  }

  #beat() {
    this.#heart = new Heart(CLOCK, this.#settings, {
      onProbe: (number, due_ms) => {
        this.#socket.send(JSON.stringify({ ping: number }));
        this.spoken_ms = clock_ms();
        this.#listener.onProbe?.(number, due_ms);
      },
      onReply: (number) => this.#listener.onReply?.(number),
      onDead: (late_ms) => {
        this.#drop();
        this.#set("dead");
        this.#listener.onDead?.(late_ms);
      },
    });
    this.#heart.start();
  }

  #told() {
    this.#drop();
    this.#set("told");
    this.#listener.onTold?.();
  }
}
