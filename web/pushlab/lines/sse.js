// SPDX-License-Identifier: MIT
//
// SSE: an event stream, read by EventSource. Its trial: the server sends two canaries 300 ms apart.
// Something that holds streams back lets neither through, or both at once; the stream would be open
// then, and silent. The heartbeats show that it stays alive. EventSource's own reconnecting is not
// used: whoever comes back should come back the best way.

import { Watchdog } from "../watchdog.js";
import { addressOf, Line } from "./line.js";

const TRIAL_MS = 3000;
const APART_MS = 100; // of the 300 that the server leaves between them

export class Sse extends Line {
  static transport = "sse";
  #source = null;
  #trial = null;
  #watchdog = null;
  #canary_ms = null;
  #up = false;

  open() {
    const { clock, EventSource, position, client, heartbeat_ms } = this.env;
    this.#watchdog = new Watchdog(clock, heartbeat_ms, (silence_ms) =>
      this.down("went_silent", { seconds: Math.round(silence_ms / 100) / 10 }),
    );
    this.#trial = clock.set(() => this.down("sse_buffered", { seconds: TRIAL_MS / 1000 }), TRIAL_MS);
    const query = { since: position.cursor, format: "json", canary: 1, client };
    this.#listen(new EventSource(addressOf(this.env, "sse", query)));
  }

  close() {
    super.close();
    this.env.clock.clear(this.#trial);
    this.#watchdog.stop();
    this.#source.close();
  }

  #listen(source) {
    this.#source = source;
    const on = (name, call) =>
      source.addEventListener(name, (event) => {
        if (this.closed) return;
        this.#seen();
        call(event);
      });
    on("canary", (event) => this.#canary(event));
    on("message", (event) => this.message(JSON.parse(event.data)));
    on("heartbeat", () => this.#watchdog.beat());
    on("gap", (event) => this.tell("onGap", JSON.parse(event.data), event.lastEventId));
    on("bye", () => this.down("server_leaving"));
    source.addEventListener("error", () => this.#error());
  }

  /** Its data is the heartbeat's interval in ms. */
  #canary({ data, lastEventId }) {
    const { clock } = this.env;
    if (Number(data) > 0) this.#watchdog.interval_ms = Number(data);
    if (lastEventId) this.tell("onNext", lastEventId);
    if (this.#canary_ms === null) this.#canary_ms = clock.now();
    else if (clock.now() - this.#canary_ms < APART_MS) this.down("sse_bunched");
    else this.#pass();
  }

  #pass() {
    this.env.clock.clear(this.#trial);
    this.#up = true;
    this.#seen();
    this.tell("onUp");
  }

  #seen() {
    if (this.#up) this.#watchdog.seen();
    this.tell("onSeen", this.#watchdog.interval_ms);
  }

  /** CLOSED: it was refused, and an EventSource does not say how. */
  #error() {
    const refused = this.#source.readyState === 2;
    this.down(this.#up ? "broke" : refused ? "sse_refused" : "sse_ended");
  }
}
