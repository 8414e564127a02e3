// SPDX-License-Identifier: MIT
//
// A WebSocket without subprotocol: each message's data is one frame and nothing else, so a picture
// comes as it is. What is missing is number, time and cursor: after a break this client goes on
// with whatever is new, and cannot say what it has missed.

import { frameHeadBytes, handshakeBytes } from "../transports/bytes.js";
import { Failure, READS_ON, Transport } from "../transports/transport.js";

export class RawWebSocket extends Transport {
  static transport = "websocket";
  static reads = READS_ON;

  #socket = null;

  connect() {
    const url = location.origin.replace(/^http/, "ws") + this.url({ since: "now" });
    const heads = handshakeBytes(url, "");
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.requestBegins(heads.up);
    this.#socket.onopen = () => {
      this.counters.connections += 1;
      this.counters.down.headers += heads.down;
      this.alive();
      this.opened("reason.websocket_raw");
    };
    this.#socket.onmessage = ({ data }) => this.#frame(data);
    this.#socket.onclose = () => this.failed(new Failure("reason.line_broken"));
  }

  disconnect() {
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #frame(data) {
    if (typeof data === "string") return; // this topic has pictures only
    this.counters.addDown(data.byteLength + frameHeadBytes(data.byteLength, false), data.byteLength);
    this.deliver({ id: "now", type: "binary", bytes: new Uint8Array(data) });
  }
}
