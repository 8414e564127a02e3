// SPDX-License-Identifier: MIT
//
// WebSocket, subprotocol `pushlab.json`. Its trial: the handshake, {"ready"} and the echo of a ping
// within 3 s. A page is not told why a handshake failed, so a plain GET of the same address follows
// (`plain=1`): where the server answers that one, it would have taken the handshake, and something on
// the way has spoilt it. Silence is answered with a ping, and the end comes when that is not echoed.

import { Watchdog } from "../watchdog.js";
import { addressOf, Down, Line } from "./line.js";

const SUBPROTOCOL = "pushlab.json";
const TRIAL_MS = 3000;
const GOING_AWAY = 1001;
const BROKEN = 1006;

export class WebSocketLine extends Line {
  static transport = "websocket";
  #socket = null;
  #trial = null;
  #ping = null;
  #watchdog = null;
  #opened = false;
  #up = false;
  #refs = 0;
  #waiting = new Map(); // ref -> {resolve, reject}

  open() {
    const { clock, heartbeat_ms } = this.env;
    this.#watchdog = new Watchdog(clock, heartbeat_ms, (silence_ms) =>
      this.down("went_silent", { seconds: Math.round(silence_ms / 100) / 10 }),
    );
    this.#trial = clock.set(() => this.#late(), TRIAL_MS);
    try {
      this.#connect();
    } catch {
      this.down("websocket_failed"); // a page that may not even try: ws: from https:
    }
  }

  close() {
    super.close();
    this.env.clock.clear(this.#trial);
    this.env.clock.clear(this.#ping);
    this.#watchdog.stop();
    for (const { reject } of this.#waiting.values()) {
      reject(new Error("the connection was lost before the answer: it may have been published or not"));
    }
    this.#waiting.clear();
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.onerror = () => {}; // an emitter of errors wants somebody to listen
    this.#socket.close();
  }

  /** message: as in the protocol. Resolves to {id, seq, subscribers}. */
  publish(message) {
    const ref = ++this.#refs;
    const answer = new Promise((resolve, reject) => this.#waiting.set(ref, { resolve, reject }));
    this.#send({ publish: message, ref });
    return answer;
  }

  /** Asks for a sign of life now rather than when it is due. */
  probe() {
    if (this.#up) this.#send({ ping: 1 });
  }

  #address(more) {
    const { position, client } = this.env;
    return addressOf(this.env, "websocket", { since: position.cursor, client, ...more });
  }

  #connect() {
    const { WebSocket } = this.env;
    this.#socket = new WebSocket(this.#address().replace(/^http/, "ws"), SUBPROTOCOL);
    this.#socket.onopen = () => (this.#opened = true);
    this.#socket.onmessage = ({ data }) => this.#frame(JSON.parse(data));
    this.#socket.onclose = (event) => this.#ended(event);
    this.#socket.onerror = () => {}; // onclose follows
  }

  #send(object) {
    this.#socket.send(JSON.stringify(object));
  }

  #frame(object) {
    this.#seen();
    if (object.id) this.message(object);
    else if (object.ready) this.#ready(object);
    else if (object.gap) this.tell("onGap", object.gap, object.next);
    else if ("pong" in object) this.#pong();
    else if (object.heartbeat) this.#watchdog.beat();
    else if (object.ref) this.#answer(object);
  }

  #ready({ next }) {
    this.tell("onNext", next);
    this.#send({ ping: 0 });
  }

  #pong() {
    if (this.#up) return;
    this.env.clock.clear(this.#trial);
    this.#up = true;
    this.#seen();
    this.tell("onUp");
  }

  #answer({ ref, published, error }) {
    const waiting = this.#waiting.get(ref);
    this.#waiting.delete(ref);
    if (published) waiting?.resolve(published);
    else waiting?.reject(Object.assign(new Error(error?.message), { status: error?.status }));
  }

  #seen() {
    const { clock } = this.env;
    this.tell("onSeen", this.#watchdog.interval_ms);
    if (!this.#up || this.closed) return;
    this.#watchdog.seen();
    clock.clear(this.#ping);
    this.#ping = clock.set(() => this.probe(), this.#watchdog.interval_ms);
  }

  #late() {
    this.down(this.#opened ? "websocket_mute" : "websocket_late", { seconds: TRIAL_MS / 1000 });
  }

  #ended({ code, reason }) {
    if (code === GOING_AWAY) this.down("server_leaving");
    else if (!this.#opened) this.#askPlainly();
    else if (code === BROKEN) this.down("broke");
    else this.down("closed_by_server", { code, text: String(reason) });
  }

  /** Ends with the trial's time at the latest. */
  async #askPlainly() {
    const abort = new AbortController();
    const { clock, fetch, page_host } = this.env;
    clock.clear(this.#trial);
    this.#trial = clock.set(() => abort.abort(), TRIAL_MS);
    try {
      const response = await fetch(this.#address({ plain: 1 }), { cache: "no-store", signal: abort.signal });
      const answer = await response.json().catch(() => null);
      this.end(judge(response, answer, page_host));
    } catch {
      this.down("websocket_failed");
    }
  }
}

/** What a plain GET says about a handshake that failed. What comes in HTTP/1.0 has no Upgrade. Browsers
 * send Origin with a handshake, and the server compares it with the Host that it is given. */
function judge({ status }, answer, page_host) {
  if (!answer?.websocket) return new Down("websocket_refused", { status, text: answer?.error ?? "" });
  const changed = page_host !== null && answer.host !== page_host;
  return changed && answer.http !== "1.0" ? new Down("host_changed", { host: answer.host }) : new Down("upgrade_blocked");
}
