// SPDX-License-Identifier: MIT
//
// Server side: what the server sent and got on this page's connections, and when, by its own record of
// their bytes (../wire/recorder.js). A page cannot see pings and pongs; the server has them in its
// hands. Needs --lab.

import { published_ms } from "../server_time.js";
import { Recorder } from "../wire/recorder.js";
import { utf8 } from "../wire/octets.js";

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export class ServerSide {
  #recorder;
  #listener;
  #told = new Set(); // connections of which one side has said that it ends

  /** listener: onOpen(), onPing(at_ms), onPong(at_ms), onProbe(number, at_ms), onAnswer(number, at_ms),
   * onStreamBeat(at_ms), onDead(at_ms), onTold(at_ms): how a WebSocket ended for the server */
  constructor(listener) {
    this.#listener = listener;
    this.#recorder = new Recorder({
      onUnit: (unit) => this.#take(unit, published_ms({ time: unit.at_us })),
      onGap: () => {},
      onProblem: () => {},
    });
  }

  get key() {
    return this.#recorder.key;
  }

  /** Resolves when the server records. */
  start() {
    return this.#recorder.start();
  }

  stop() {
    this.#recorder.stop();
  }

  goOn() {
    this.#recorder.goOn();
  }

  #take(unit, at_ms) {
    const { transport } = unit.connection;
    if (transport === "sse" && unit.what === "event" && unit.about === "heartbeat") this.#listener.onStreamBeat(at_ms);
    if (transport !== "websocket") return;
    if (unit.what === "answer" && unit.switched) this.#listener.onOpen();
    else if (unit.what === "frame") this.#frame(unit, at_ms);
    else if (unit.what === "client_end" || unit.what === "reset") this.#tell(unit.connection, at_ms);
    else if (unit.what === "close" && !this.#told.has(unit.connection)) this.#listener.onDead(at_ms);
  }

  #frame({ way, frame: { opcode }, carried, connection }, at_ms) {
    if (opcode === PING && way === "down") this.#listener.onPing(at_ms);
    else if (opcode === PONG && way === "up") this.#listener.onPong(at_ms);
    else if (opcode === CLOSE) this.#tell(connection, at_ms);
    else if (opcode === TEXT && carried) this.#text(way, JSON.parse(utf8(carried)), at_ms);
  }

  #text(way, said, at_ms) {
    if (way === "up" && "ping" in said) this.#listener.onProbe(said.ping, at_ms);
    else if (way === "down" && "pong" in said) this.#listener.onAnswer(said.pong, at_ms);
  }

  #tell(connection, at_ms) {
    if (this.#told.has(connection)) return;
    this.#told.add(connection);
    this.#listener.onTold(at_ms);
  }
}
