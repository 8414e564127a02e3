// SPDX-License-Identifier: MIT
//
// Bench: the service beside the server that runs `pushbench` for this page (bench/service/). The
// server says where it is (GET /lab). Answers are JSON, a line at a time.

import { askLab } from "../home.js";
import { t } from "../i18n.js";

const BUSY = 409;
const TRIES = 8; // a run that was given up takes a moment to end
const AGAIN_MS = 700;

export class Bench {
  #url;
  /** Claim -> {seconds, quick_seconds}: about how long it takes. */
  times = new Map();

  /** null when this server has none for this page. */
  static async find() {
    try {
      const { bench: url } = await askLab();
      if (!url) return null;
      const bench = new Bench();
      bench.#url = url;
      const { claims } = await (await fetch(url, { cache: "no-store" })).json();
      for (const claim of claims) bench.times.set(claim.id, claim);
      return bench;
    } catch {
      return null;
    }
  }

  /** {rows: […], …}, what the command prints. onProgress(share, seconds left or null). */
  async run(command, question, { onProgress, signal }) {
    const response = await this.#ask(command, question, signal);
    if (!response.ok) throw new Error((await response.json()).error);
    for await (const line of linesOf(response.body)) {
      if (line.error) throw new Error(line.error);
      if (line.result) return this.#checked(line);
      onProgress(line.progress, line.left_s);
    }
    throw new Error(t("claims.bench_gone"));
  }

  async #ask(command, question, signal) {
    for (let left = TRIES; ; left--) {
      const response = await this.#post(command, question, signal);
      if (response.status !== BUSY || left === 0) return response;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      signal.throwIfAborted();
    }
  }

  async #post(command, question, signal) {
    const body = JSON.stringify(question);
    const headers = { "Content-Type": "application/json" };
    try {
      return await fetch(new URL(command, this.#url), { method: "POST", headers, body, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw new Error(t("claims.bench_gone"), { cause: error });
    }
  }

  #checked({ result, complaint }) {
    if (!result.rows?.length) throw new Error(complaint ?? result.notes?.[0] ?? t("claims.bench_gone"));
    return result;
  }
}

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}
