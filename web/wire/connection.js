// SPDX-License-Identifier: MIT
//
// Connection: the server's records of one TCP connection (server/tap.h), read both ways.

import { latin1 } from "./octets.js";
import { Exchange, Reader } from "./reader.js";
import { part } from "./unit.js";

const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/;

export class WireConnection {
  number;
  transport = ""; // by the path of its last request; empty: none of them
  opening = null; // the record of its opening
  whole = false; // whether the records go back to its beginning
  ended = false;
  #exchange = null;
  #readers = {};
  #lost = false;

  constructor(number) {
    this.number = number;
    this.#restart();
  }

  /** Takes one record in, its data decoded to `bytes`; resolves to the units that it completes. */
  async add(record, at_us) {
    const units = record.bytes ? await this.#bytes(record) : this.#event(record);
    for (const unit of units) Object.assign(unit, { at_us, connection: this, transport: this.transport });
    return units;
  }

  /** Records are missing: what comes cannot be understood until the next request, which the server
   * records in one piece. */
  lose() {
    this.#lost = true;
  }

  #restart() {
    this.#lost = false;
    this.#exchange = new Exchange();
    this.#readers = { up: new Reader("up", this.#exchange), down: new Reader("down", this.#exchange) };
  }

  #event({ what, missed, ...record }) {
    const unit = { what, way: null, bytes: new Uint8Array(0), parts: [], about: "" };
    const rests = [];
    if (what === "open") {
      this.#restart();
      this.opening = record;
      this.whole = record.whole;
      this.ended = false;
      if (!record.whole) unit.what = "joined";
      unit.about = `${endpoint(record.client, record.client_port)} → ${endpoint(record.server, record.server_port)}`;
    } else if (what === "client_end" || what === "server_end") {
      unit.way = what === "client_end" ? "up" : "down";
    } else {
      rests.push(this.#readers.up.rest(), this.#readers.down.rest());
      this.ended = true;
    }
    return [...missing(missed), ...rests.filter(Boolean), unit];
  }

  async #bytes({ what, bytes, missed }) {
    if (missed) this.lose();
    if (this.#lost && what === "up" && REQUEST_LINE.test(latin1(bytes.slice(0, 8192)))) this.#restart();
    if (this.#lost) {
      const unit = { what: "unfinished", way: what, bytes, parts: [part("rest", 0, bytes.length, "framing")], about: "" };
      return [...missing(missed), unit];
    }
    const units = await this.#readers[what].push(bytes);
    for (const unit of [...units]) {
      if (unit.what === "request") this.transport = transportOf(unit.head.start[1]);
      if (unit.switched === true) {
        this.#readers.up.switchToFrames();
        units.push(...(await this.#readers.up.push(new Uint8Array(0))));
      } else if (unit.switched === false) {
        this.#readers.up.goOn();
      }
    }
    return [...missing(missed), ...units];
  }
}

/** Records that the server could not keep. */
function missing(count) {
  return count ? [{ what: "missed", way: null, bytes: new Uint8Array(0), parts: [], about: String(count) }] : [];
}

function transportOf(target) {
  return /^\/([a-z0-9_]+)\//.exec(target)?.[1] ?? "";
}

export function endpoint(address, port) {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
