// SPDX-License-Identifier: MIT
//
// Multipart column: a plain <img>, which the browser keeps up to date by itself. No script is told
// of its pictures: so this one looks at it from time to time, and asks the server for the bytes.

import { setText } from "../dom.js";
import { formatBytes, formatDelay, median } from "../format.js";
import { number } from "../i18n.js";
import { delay_ms } from "../server_time.js";
import { clock_ms } from "../transports/transport.js";
import { lookOf, timesOfLooks } from "./looks.js";
import { PictureColumn } from "./picture_column.js";

const NAME = "multipart";
const WINDOW_MS = 5000;
const LOOK_EVERY_MS = 50;
const LEARNT_MS = 300; // the same picture may reach the other columns a little later
const STATS_EVERY_MS = 4000;

export class MultipartColumn extends PictureColumn {
  #seen = []; // {look, at_ms}
  #running = false;
  #timer = 0;

  constructor() {
    super(NAME, NAME, null);
    this.picture.addEventListener("error", () => this.#running && this.setState("closed", { key: "pictures.broken" }));
  }

  start() {
    this.stop();
    this.#running = true;
    this.#seen = [];
    this.picture.src = `/${NAME}/frames?since=-1`;
    this.setState("connecting", { key: "pictures.no_script" });
    this.#timer = setInterval(() => this.#count(), STATS_EVERY_MS);
    this.#count();
    this.#look(0);
  }

  stop() {
    this.#running = false;
    clearInterval(this.#timer);
    this.picture.removeAttribute("src");
  }

  drawFigures() {
    const now_ms = clock_ms();
    this.#seen = this.#seen.filter(({ at_ms }) => at_ms > now_ms - WINDOW_MS);
    const known = this.#seen.filter(({ look, at_ms }) => at_ms < now_ms - LEARNT_MS && timesOfLooks.get(look));
    const lags = known.map(({ look, at_ms }) => delay_ms({ time: timesOfLooks.get(look) }, at_ms));
    setText(this.values.fps, `≈ ${number((this.#seen.length * 1000) / WINDOW_MS, 1)}`);
    setText(this.values.lag, lags.length ? `≈ ${formatDelay(median(lags))}` : "–");
  }

  #look(last_ms) {
    if (!this.#running) return;
    const now_ms = clock_ms();
    const due = now_ms - last_ms >= LOOK_EVERY_MS;
    if (due && this.picture.naturalWidth > 0) this.#see(lookOf(this.picture), now_ms);
    requestAnimationFrame(() => this.#look(due ? now_ms : last_ms));
  }

  #see(look, at_ms) {
    if (look === this.#seen.at(-1)?.look) return;
    if (this.element.dataset.state !== "open") this.setState("open", { key: "pictures.no_script" });
    this.#seen.push({ look, at_ms });
  }

  /** What a picture takes on the wire, on the average of all who have asked the server for them. */
  async #count() {
    const response = await fetch("/stats", { cache: "no-store" }).catch(() => null);
    if (!response?.ok) return;
    const { messages, payload_bytes, framing_bytes } = (await response.json()).transports[NAME];
    if (messages > 0) setText(this.values.size, formatBytes((payload_bytes + framing_bytes) / messages));
  }
}
