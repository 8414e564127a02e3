// SPDX-License-Identifier: MIT
//
// Lines view: the connections of one person over the last seconds, drawn from what happened. The
// upper line is the one that hears: shaded while a request is held or a stream is open, with an
// arrow down for each message. Who speaks by POST has a second one below, with an arrow up for each
// request; over WebSocket the arrows of both directions stand on one line: that is duplex.

import { h } from "../dom.js";
import { sayAttribute, t } from "../i18n.js";
import { arrow, fitCanvas } from "../lab/canvas.js";
import { clock_ms } from "../transports/transport.js";

const WINDOW_MS = 20000;

export class LinesView {
  #asks = []; // see Transport's onRequest
  #heard_ms = [];
  #spoken = []; // {start_ms, end_ms}
  #duplex = false;

  constructor() {
    this.element = sayAttribute(h("canvas", { class: "lines", role: "img" }), "aria-label", "chat.lines");
    sayAttribute(this.element, "title", "chat.lines");
  }

  /** Another transport: nothing of the former is left. duplex: it speaks where it hears. */
  begin(duplex) {
    this.#duplex = duplex;
    this.#asks = [];
    this.#heard_ms = [];
    this.#spoken = [];
  }

  asked(ask) {
    this.#asks.push(ask);
  }

  heard(at_ms) {
    this.#heard_ms.push(at_ms);
  }

  /** Resolves or rejects as what was said does. */
  async speaking(promise) {
    const one = { start_ms: clock_ms(), end_ms: null };
    this.#spoken.push(one);
    try {
      return await promise;
    } finally {
      one.end_ms = clock_ms();
    }
  }

  draw() {
    const now_ms = clock_ms();
    this.#forget(now_ms - WINDOW_MS);
    const drawing = fitCanvas(this.element);
    if (!drawing) return;
    const { context: c, width, height, em, style } = drawing;
    const x = (at_ms) => width * (1 - (now_ms - at_ms) / WINDOW_MS);
    const lane = (height - 0.3 * em) / 2;
    const lower = this.#duplex ? 0 : lane + 0.3 * em;
    c.fillStyle = c.strokeStyle = style.getPropertyValue("--tone");
    shade(c, this.#asks, x, now_ms, 0, lane);
    if (!this.#duplex) shade(c, this.#spoken, x, now_ms, lower, lane);
    c.globalAlpha = 1;
    for (const at_ms of this.#heard_ms) arrow(c, x(at_ms), 0, x(at_ms), lane, em, true);
    c.strokeStyle = c.fillStyle = style.color;
    c.font = `${0.75 * em}px ${style.fontFamily}`;
    c.fillText(t(this.#duplex ? "chat.hears_and_speaks" : "chat.hears"), 0.5 * em, lane - 0.55 * em);
    if (!this.#duplex) c.fillText(t("chat.speaks"), 0.5 * em, lower + lane - 0.55 * em);
    for (const { start_ms } of this.#spoken) arrow(c, x(start_ms), lower + lane, x(start_ms), lower, em, true);
  }

  #forget(before_ms) {
    const recent = ({ end_ms }) => end_ms === null || end_ms > before_ms;
    this.#asks = this.#asks.filter(recent);
    this.#spoken = this.#spoken.filter(recent);
    this.#heard_ms = this.#heard_ms.filter((at_ms) => at_ms > before_ms);
  }
}

function shade(c, spans, x, now_ms, top, height) {
  c.globalAlpha = 0.25;
  for (const { start_ms, end_ms } of spans) {
    const left = Math.max(-2, x(start_ms));
    c.fillRect(left, top, Math.max(2, x(end_ms ?? now_ms) - left - 1), height);
  }
}
