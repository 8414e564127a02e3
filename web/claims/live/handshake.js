// SPDX-License-Identifier: MIT
//
// Handshake: claim 3. This page opens a WebSocket whose bytes the server records (--lab), and looks
// at what went over it: the head that asked, the head that answered, and whether anything of HTTP
// came after them.

import { askLab } from "../../home.js";
import { t } from "../../i18n.js";
import { workOutAccept } from "../../wire/accept.js";
import { Recorder } from "../../wire/recorder.js";
import { told } from "../said.js";
import { figure, socketAddress, within, words } from "./figure.js";

const FRAMES = 3; // either way
const PATIENCE_MS = 20000;
const ASKED = ["upgrade", "connection", "sec-websocket-version", "sec-websocket-key", "sec-websocket-protocol"];
const ANSWERED = ["upgrade", "connection", "sec-websocket-accept", "sec-websocket-protocol"];

export const handshake = { seconds: 1, run };

async function run(signal) {
  const { lab } = await askLab();
  if (!lab) throw new Error(t("live.needs_lab"));
  const seen = { request: null, answer: null, heads: 0, up: 0, down: 0 };
  let socket = null;
  let look = () => {};
  const onUnit = (unit) => {
    count(seen, unit);
    look();
  };
  const recorder = new Recorder({ onUnit, onGap: () => {}, onProblem: () => {} });
  try {
    await within(PATIENCE_MS, signal, async (done) => {
      look = () => seen.up >= FRAMES && seen.down >= FRAMES && done();
      await recorder.start(); // the server must know the key before the handshake comes
      socket = connect(recorder.key);
    });
    return await finding(seen);
  } finally {
    recorder.stop();
    socket?.close();
  }
}

function connect(key) {
  const socket = new WebSocket(socketAddress(`/websocket/clock?since=now&wire=${key}`), "pushlab.json");
  socket.onopen = () => {
    for (let i = 0; i < FRAMES; i++) socket.send(JSON.stringify({ ping: i }));
  };
  return socket;
}

function count(seen, { what, way, head, frame }) {
  if (what === "request") seen.request ??= head;
  if (what === "answer") seen.answer ??= head;
  if (what === "request" || what === "answer") seen.heads += 1;
  if (frame) seen[way] += 1;
}

async function finding({ request, answer, heads, up, down }) {
  if (!request || !answer) throw new Error(t("live.no_record"));
  const { accept } = await workOutAccept(request.headers.get("sec-websocket-key") ?? "");
  const said = answer.headers.get("sec-websocket-accept");
  const asked = ASKED.slice(0, 4).every((name) => request.headers.has(name));
  const good = asked && answer.start[1] === "101" && said === accept && heads === 2;
  const plain = (text) => ({ en: text, zh: text });
  const lines = (key, head, names) => names.map((name) => words(key, plain(head.headers.get(name) ?? "–"), name));
  return {
    verdict: good ? "holds" : "does_not_hold",
    verdict_text: told(good ? "handshake_holds" : "handshake_fails", { status: answer.start[1] }),
    regime: told("handshake_regime"),
    figures: [
      words("asks", plain(request.start.join(" "))),
      ...lines("asks_with", request, ASKED),
      words("answers", plain(answer.start.join(" "))),
      ...lines("answers_with", answer, ANSWERED),
      words("accept_worked_out", plain(accept)),
      figure("heads_afterwards", heads - 2),
      figure("frames_up", up),
      figure("frames_down", down),
    ],
  };
}
