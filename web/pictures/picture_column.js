// SPDX-License-Identifier: MIT
//
// Picture column: the newest picture that one way has brought, and figures over the last few
// seconds. Where several arrive at once only the newest can be seen, and only it is drawn.

import { h, setText } from "../dom.js";
import { formatBytes, formatDelay, median } from "../format.js";
import { has, number, onLanguage, say, sayAttribute, t } from "../i18n.js";
import { delay_ms } from "../server_time.js";
import { clock_ms } from "../transports/transport.js";
import { learnLook, timesOfPictures } from "./looks.js";

const TOPIC = "frames";
const WINDOW_MS = 5000;
const FIGURES = ["fps", "size", "lag", "skipped"];

export class PictureColumn {
  #transport = null;
  #arrivals = []; // {at_ms, lag_ms}
  #newest = null;
  #skipped = 0;
  #url = "";

  /** way: its name (strings pictures.way_…); name: the transport's; client: from transports/. */
  constructor(way, name, client) {
    this.way = way;
    this.name = name;
    this.client = client;
    this.picture = h("img", { class: "picture", width: 480, height: 270 });
    this.pill = h("span", { class: "pill" });
    this.reason = h("p", { class: "reason" });
    this.values = Object.fromEntries(FIGURES.map((figure) => [figure, h("dd", {}, "–")]));
    this.element = this.#layout();
    const setAlt = () => (this.picture.alt = t("pictures.alt", { transport: this.#title() }));
    onLanguage(setAlt);
    setAlt();
  }

  start(options) {
    this.stop();
    this.#arrivals = [];
    this.#skipped = 0;
    this.#transport = new this.client(TOPIC, options, {
      onState: (state, reason) => this.setState(state, reason),
      onMessage: (message, at_ms) => this.#arrived(message, at_ms),
    });
    this.#transport.start("now");
  }

  stop() {
    this.#transport?.stop();
  }

  get shows() {
    return this.picture.naturalWidth > 0;
  }

  drawFigures() {
    if (!this.#transport) return;
    const since_ms = clock_ms() - WINDOW_MS;
    this.#arrivals = this.#arrivals.filter(({ at_ms }) => at_ms > since_ms);
    const lags = this.#arrivals.map(({ message, at_ms }) => lagOf(message, at_ms)).filter((lag) => lag !== null);
    const { messages, down } = this.#transport.counters;
    setText(this.values.fps, number((this.#arrivals.length * 1000) / WINDOW_MS, 1));
    setText(this.values.size, messages ? formatBytes((down.framing + down.payload) / messages) : "–");
    setText(this.values.lag, formatDelay(median(lags)));
    setText(this.values.skipped, number(this.#skipped));
  }

  #arrived(message, at_ms) {
    message.bytes ??= Uint8Array.from(atob(message.data), (character) => character.charCodeAt(0));
    message.checksum = checksum(message.bytes);
    if (message.time) learn(message);
    this.#arrivals.push({ message: { time: message.time, checksum: message.checksum }, at_ms });
    if (this.#newest) this.#skipped += 1;
    else queueMicrotask(() => this.#show());
    this.#newest = message.bytes;
  }

  #show() {
    URL.revokeObjectURL(this.#url);
    this.#url = URL.createObjectURL(new Blob([this.#newest], { type: "image/png" }));
    this.picture.src = this.#url;
    this.#newest = null;
  }

  setState(state, reason) {
    this.element.dataset.state = state;
    say(this.pill, `state.${state}`);
    if (reason) say(this.reason, reason.key, reason.args);
  }

  #title() {
    return t(`pictures.way_${this.way}`);
  }

  #layout() {
    const title = h("h2");
    if (has(`pictures.way_${this.way}`)) say(title, `pictures.way_${this.way}`);
    else title.textContent = this.way;
    const figures = FIGURES.map((figure) => {
      const box = h("div", {}, say(h("dt"), `pictures.${figure}`), this.values[figure]);
      return has(`pictures.${figure}_help`) ? sayAttribute(box, "title", `pictures.${figure}_help`) : box;
    });
    return h(
      "article",
      { class: "column", "data-transport": this.name, "data-way": this.way, "data-state": "connecting" },
      h("div", { class: "head" }, title, this.pill),
      this.picture,
      h("dl", { class: "picture-figures" }, ...figures),
      this.reason,
    );
  }
}

// ---- the time of a picture that came without one ----

/** Its time is learnt from the columns whose messages carry it. */
function learn({ checksum: sum, time, bytes }) {
  if (timesOfPictures.get(sum)) return;
  timesOfPictures.set(sum, time);
  learnLook(bytes, time).catch(() => {}); // what is no picture has no look
}

function lagOf({ time, checksum: sum }, at_ms) {
  const known = time ?? timesOfPictures.get(sum);
  return known ? delay_ms({ time: known }, at_ms) : null;
}

/** A PNG ends in the CRC of its last data chunk and then 12 bytes of IEND: a ready checksum. */
function checksum(bytes) {
  return String(bytes.slice(-16, -12));
}
