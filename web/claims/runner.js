// SPDX-License-Identifier: MIT
//
// Runner: runs one claim's experiment at a time, by the bench or in this page.

export class Runner {
  /** The claim that runs, or null; how far it is, and the seconds left, where known. */
  claim = null;
  share = 0;
  left_s = null;
  #bench;
  #abort = null;
  #onChange;

  /** bench: or null. onChange(): something above has changed. */
  constructor(bench, onChange) {
    this.#bench = bench;
    this.#onChange = onChange;
  }

  can({ id, live }) {
    return Boolean(live) || Boolean(this.#bench?.times.has(id));
  }

  /** About how long it takes, in seconds. */
  seconds({ id, live }, quick) {
    if (live) return live.seconds;
    const times = this.#bench?.times.get(id);
    return times && (quick ? times.quick_seconds : times.seconds);
  }

  /** Resolves to the finding; null when it was given up. Throws what is to be shown. */
  async run(claim, quick) {
    this.cancel();
    const abort = new AbortController();
    this.#abort = abort;
    this.#show(claim, 0, null);
    const onProgress = (share, left_s) => this.#abort === abort && this.#show(claim, share, left_s);
    const how = { onProgress, signal: abort.signal };
    try {
      const finding = claim.live ? await runHere(claim, how) : await this.#measure(claim, quick, how);
      return { ...finding, id: claim.id, at_ms: Date.now() };
    } catch (error) {
      if (abort.signal.aborted) return null;
      throw error;
    } finally {
      if (this.#abort === abort) this.#show(null, 0, null);
    }
  }

  cancel() {
    this.#abort?.abort();
    if (this.claim) this.#show(null, 0, null);
  }

  async #measure({ id }, quick, how) {
    const { rows } = await this.#bench.run("/claims", { only: [id], quick }, how);
    return { ...rows[0], quick };
  }

  #show(claim, share, left_s) {
    this.claim = claim;
    this.share = share;
    this.left_s = left_s;
    this.#onChange();
  }
}

/** Progress by the clock, since an experiment here is short. */
async function runHere({ live }, { onProgress, signal }) {
  const begun_ms = performance.now();
  const tick = setInterval(() => {
    const passed_s = (performance.now() - begun_ms) / 1000;
    onProgress(Math.min(passed_s / live.seconds, 0.98), Math.max(live.seconds - passed_s, 0));
  }, 200);
  try {
    return await live.run(signal);
  } finally {
    clearInterval(tick);
  }
}
