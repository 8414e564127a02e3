// SPDX-License-Identifier: MIT
//
// Hearts: three of them on one way to the server: the page's on a WebSocket, the server's on the same
// one, and an event stream's, which only beats one way. What is done to the way, and who notices.

import { Backoff } from "../pushlab/backoff.js";
import { halfTrip_ms, published_ms } from "../server_time.js";
import { clock_ms } from "../transports/transport.js";
import { endOf } from "./beats.js";
import { Lane } from "./lane.js";
import { Line } from "./line.js";
import { ServerSide } from "./server_side.js";
import { Stream } from "./stream.js";
import { SIDES } from "./trials.js";

const TOPIC = `lab.heart.${Math.random().toString(36).slice(2, 8)}`;
const RETURN_MS = 1500; // after an end that both were told: so that it can be seen
const AFTERMATH_MS = 500; // what is found so soon after the way was mended, is no false alarm

export class Hearts {
  lanes;
  #server; // {interval_ms, timeout_ms} of the server's heart
  #settings; // of the page's
  #trials;
  #faults = []; // [{kind, at_ms, end_ms, trial}], the newest last; end_ms: null while it lasts
  #line = null;
  #stream = null;
  #side = null;
  #backoff = new Backoff(RETURN_MS);
  #timers = new Map();

  /** recorded: whether the server records what goes over this page's connections (--lab). */
  constructor(server, settings, trials, recorded) {
    this.#server = server;
    this.#settings = settings;
    this.#trials = trials;
    this.lanes = {
      page: new Lane("page", { transport: "websocket", asker: "page", known: recorded }),
      server: new Lane("server", { transport: "websocket", asker: "server", known: recorded }),
      stream: new Lane("stream", { transport: "sse", asker: "server", watches: true, known: recorded }),
    };
    if (recorded) this.#side = this.#serverSide();
  }

  /** through: the origin of the way to take; "": this page's own. */
  async start(through) {
    await this.#side?.start();
    const wire = this.#side ? `?wire=${this.#side.key}` : "";
    const origin = through || location.origin;
    this.#line = this.#newLine(`${origin}/websocket/${TOPIC}${wire}`);
    this.#stream = this.#newStream(`${origin}/sse/${TOPIC}${wire}`);
    this.#line.open();
    this.#stream.open();
  }

  configure(settings) {
    this.#settings = settings;
    this.#line?.configure(settings);
  }

  leave() {
    for (const one of [this.#line, this.#stream]) one?.close();
    this.#side?.stop();
  }

  comeBack() {
    this.#side?.goOn();
    this.#line?.open();
    this.#stream?.open();
  }

  draw(window_ms) {
    const now_ms = clock_ms();
    const seen = { page: this.#line?.seen_ms, server: this.#serverSeen_ms, stream: this.#stream?.seen_ms };
    for (const side of SIDES) this.lanes[side].draw(now_ms, window_ms, this.#faults, seen[side]);
  }

  // ---- what is done to the way ----

  /** It is done now: "line", "server" or "client" has fallen silent, or the way is "cut" so that both
   * ends are told. Ends what was done before. */
  did(kind) {
    this.mended();
    const { interval_ms, timeout_ms } = this.#settings;
    const patience_ms = this.#stream.patience_ms;
    const bounds = {
      page: { least_ms: timeout_ms, most_ms: interval_ms + timeout_ms },
      server: this.#side && { least_ms: this.#server.timeout_ms, most_ms: this.#server.interval_ms + this.#server.timeout_ms },
      stream: kind === "client" ? null : { least_ms: patience_ms - this.#server.interval_ms, most_ms: patience_ms },
    };
    const at_ms = clock_ms();
    const trial = this.#trials.add(kind, bounds);
    this.#faults.push({ kind, at_ms, end_ms: kind === "cut" ? at_ms : null, trial });
  }

  mended() {
    const fault = this.#fault;
    if (!fault) return;
    fault.end_ms ??= clock_ms();
    this.#trials.end(fault.trial);
    for (const one of [this.#line, this.#stream]) if (["dead", "told"].includes(one.state)) one.open();
  }

  get #fault() {
    return this.#faults.at(-1) ?? null;
  }

  /** A heart has found its peer dead, or has been told. */
  #found(side, at_ms, seen_ms, more) {
    const fault = this.#fault;
    if (fault && !fault.trial.over) {
      this.#trials.found(fault.trial, side, { after_ms: Math.max(0, at_ms - Math.max(fault.at_ms, seen_ms)), ...more });
    } else if (!more.told && !(fault && at_ms < fault.end_ms + AFTERMATH_MS)) {
      this.lanes[side].count("false_alarms");
    }
  }

  /** Where the way is whole, one comes back by oneself. */
  #returnLater(one) {
    if (this.#fault?.end_ms === null) return;
    clearTimeout(this.#timers.get(one));
    this.#timers.set(one, setTimeout(() => ["dead", "told"].includes(one.state) && one.open(), this.#backoff.next_ms()));
  }

  // ---- the hearts ----

  #newLine(address) {
    const { beats } = this.lanes.page;
    const line = new Line(address, this.#settings, {
      onState: (state) => this.lanes.page.show(state),
      onProbe: (number, due_ms) => beats.sent(clock_ms(), due_ms, number),
      onReply: (number) => this.#replied(number),
      onServerBeat: (time_us) => (this.#serverBeat(published_ms({ time: time_us })).there_ms = clock_ms()),
      onDead: (late_ms) => {
        const at_ms = clock_ms();
        if (beats.awaiting) beats.awaiting.dead_ms = at_ms;
        this.#found("page", at_ms, line.seen_ms, { late_ms });
        this.#returnLater(line);
      },
      onTold: () => {
        beats.end(clock_ms());
        this.#found("page", clock_ms(), 0, { told: true });
        this.#returnLater(line);
      },
    });
    return line;
  }

  #replied(number) {
    const { beats } = this.lanes.page;
    const beat = beats.numbered(number);
    if (beat) beat.back_ms = clock_ms();
    this.lanes.page.count("replies");
    this.#backoff.reset();
  }

  #newStream(address) {
    const { beats } = this.lanes.stream;
    const stream = new Stream(address, this.#server.interval_ms, {
      onState: (state) => this.lanes.stream.show(state),
      onBeat: (due_ms) => this.#streamBeat(beats, due_ms),
      onDead: (late_ms) => {
        const last = this.#lastHeard;
        if (last) last.dead_ms = clock_ms();
        this.#found("stream", clock_ms(), stream.seen_ms, { late_ms });
        this.#returnLater(stream);
      },
      onTold: () => {
        beats.end(clock_ms());
        this.#found("stream", clock_ms(), 0, { told: true });
        this.#returnLater(stream);
      },
    });
    return stream;
  }

  /** The stream's beat whose timer runs here, or null. */
  get #lastHeard() {
    return this.lanes.stream.beats.list.findLast((beat) => beat.there_ms !== null && !endOf(beat)) ?? null;
  }

  #streamBeat(beats, due_ms) {
    const at_ms = clock_ms();
    const last = this.#lastHeard;
    if (last) last.back_ms = at_ms;
    const beat = beats.about(this.#side ? at_ms : at_ms - halfTrip_ms(), due_ms);
    Object.assign(beat, { there_ms: at_ms, due_ms });
    this.lanes.stream.count("replies");
  }

  // ---- the server's side ----

  #serverSeen_ms = 0;

  #serverBeat(sent_ms) {
    if (!this.#side) this.lanes.server.show("open");
    return this.lanes.server.beats.about(sent_ms, sent_ms + this.#server.timeout_ms);
  }

  #serverSide() {
    const { page, server, stream } = this.lanes;
    const mark = (number, name, at_ms) => {
      this.#serverSeen_ms = Math.max(this.#serverSeen_ms, at_ms);
      const beat = page.beats.numbered(number);
      if (beat) beat[name] = at_ms;
    };
    return new ServerSide({
      onPing: (at_ms) => this.#serverBeat(at_ms),
      onPong: (at_ms) => this.#ponged(at_ms),
      onProbe: (number, at_ms) => mark(number, "there_ms", at_ms),
      onAnswer: (number, at_ms) => mark(number, "left_ms", at_ms),
      onStreamBeat: (at_ms) => (stream.beats.about(at_ms, at_ms + this.#stream.patience_ms).sent_ms = at_ms),
      onOpen: () => server.show("open"),
      onDead: (at_ms) => {
        if (server.beats.awaiting) server.beats.awaiting.dead_ms = at_ms;
        server.show("dead");
        this.#found("server", at_ms, this.#serverSeen_ms, {});
      },
      onTold: (at_ms) => {
        server.beats.end(at_ms);
        server.show("told");
        this.#found("server", at_ms, 0, { told: true });
      },
    });
  }

  #ponged(at_ms) {
    this.#serverSeen_ms = at_ms;
    const { beats } = this.lanes.server;
    if (beats.awaiting) beats.awaiting.back_ms = at_ms;
    this.lanes.server.count("replies");
  }
}
