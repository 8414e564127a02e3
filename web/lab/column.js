// SPDX-License-Identifier: MIT
//
// Column: one subscriber of the lab: its transport, what it has received and what that cost. The
// transport can be changed while messages come; the cursor goes over to the new one, and the
// ledger goes on counting across the change.

import { delay_ms, halfTrip_ms, halfTripThrough_ms, published_ms } from "../server_time.js";
import { median } from "../format.js";
import { Counters, sumOfParts } from "../transports/counters.js";
import { Ledger } from "../transports/ledger.js";
import { ColumnView } from "./column_view.js";
import { hiddenTimes } from "./hidden.js";
import { Track } from "./sequence.js";

const DELAYS_KEPT = 200;

export class Column {
  #entry;
  #entries;
  #client = null;
  #topic = "";
  #options = {};
  #ledger = new Ledger();
  #delays = [];
  #wasRunning = false;
  #view;
  #doors = null;
  #doorHalfTrip_ms = NaN;
  /** The way it takes to the server: a door's name, or "" for none. */
  door = "";
  /** What the sequence diagram shows. */
  track = null;

  /** entry: the transport to begin with; entries: all it can be changed to (see load.js). */
  constructor(entry, entries) {
    this.#entry = entry;
    this.#entries = entries;
    this.#view = new ColumnView(entry.name, entries.map(({ name }) => name), {
      onSwitch: (name) => this.switchTo(name),
      onPause: () => this.togglePause(),
      onDoor: (door) => this.goThrough(door),
    });
  }

  get transport() {
    return this.#entry.name;
  }

  get element() {
    return this.#view.element;
  }

  /** Begins anew with another topic. */
  watch(topic, cursor, options) {
    this.#client?.stop();
    this.#topic = topic;
    this.#options = options;
    this.#ledger = new Ledger();
    this.#delays = [];
    this.#view.clear();
    this.#begin(cursor);
  }

  configure(options) {
    this.#options = options;
    this.#client?.configure(this.#clientOptions());
  }

  /** Goes on from the same cursor over another transport. */
  switchTo(name) {
    this.#entry = this.#entries.find((entry) => entry.name === name);
    this.#view.switched(name);
    this.again();
  }

  offerDoors(doors) {
    this.#doors = doors;
    this.#view.offerDoors(doors.common.map(({ name }) => name));
  }

  /** Goes on from the same cursor by another way; "": straight. */
  goThrough(door) {
    this.door = door;
    this.#view.wentThrough(door);
    this.again();
  }

  /** About how long a request of this column is under way to the server. */
  get halfTrip_ms() {
    return this.door && this.#doorHalfTrip_ms >= 0 ? this.#doorHalfTrip_ms : halfTrip_ms();
  }

  /** Connects anew, from the same cursor; another transport or way has a median of its own. */
  again() {
    this.#delays = [];
    this.#measureDoor();
    const { cursor, running } = this.#client;
    this.#client.stop();
    this.#begin(cursor, running);
  }

  togglePause() {
    if (this.#client.running) this.#client.stop();
    else this.#client.start(this.#client.cursor);
    this.#view.paused(!this.#client.running);
  }

  leave() {
    this.#wasRunning = Boolean(this.#client?.running);
    if (this.#wasRunning) this.#client.stop();
  }

  return() {
    if (this.#wasRunning) this.#client.start(this.#client.cursor);
  }

  /** The tab was hidden for that time; what was under way meanwhile is not counted. */
  wasHidden(span) {
    this.#view.wasHidden(span);
  }

  /** Bytes per message of the costlier direction. */
  get bytes_each() {
    const { up, down, messages } = this.#client?.counters ?? new Counters();
    return Math.max(sumOfParts(up), sumOfParts(down)) / Math.max(1, messages);
  }

  draw(bytes_scale) {
    if (!this.#client) return;
    this.#view.draw({
      counters: this.#client.counters,
      ledger: this.#ledger,
      last_ms: this.#delays.at(-1),
      median_ms: median(this.#delays),
      bytes_scale,
    });
  }

  async #measureDoor() {
    const { door } = this;
    this.#doorHalfTrip_ms = NaN;
    const half_ms = door ? await halfTripThrough_ms(this.#doors.originOf(door)) : NaN;
    if (door === this.door) this.#doorHalfTrip_ms = half_ms;
  }

  #clientOptions() {
    return { ...this.#options, through: this.door ? this.#doors.originOf(this.door) : "" };
  }

  #begin(cursor, running = true) {
    const view = this.#view;
    const track = (this.track = new Track(this.#entry.client.reads));
    this.#client = new this.#entry.client(this.#topic, this.#clientOptions(), {
      onState: (state, reason, wait_ms) => view.state(state, reason, wait_ms),
      onMessage: (message, at_ms) => this.#arrived(message, at_ms),
      onGap: (gap) => this.#gap(gap),
      onRequest: (request) => {
        view.plot.requests.push(request);
        track.asked(request);
      },
    });
    view.paused(!running);
    if (running) this.#client.start(cursor);
    else this.#client.cursor = cursor;
  }

  #arrived(message, at_ms) {
    const delay = delay_ms(message, at_ms);
    const counts = !hiddenTimes.covers(published_ms(message), at_ms);
    if (counts) this.#delays.push(delay);
    if (this.#delays.length > DELAYS_KEPT) this.#delays.shift();
    this.#ledger.add(message.seq);
    this.track.arrived(message.seq, published_ms(message), at_ms);
    this.#view.message(message, at_ms, counts ? delay : null);
  }

  #gap(gap) {
    this.#ledger.gap();
    this.#view.gap(gap);
  }
}
