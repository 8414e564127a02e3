// SPDX-License-Identifier: MIT
//
// Beats: what one heart has sent lately and what became of it, for the timeline. Of each beat
//   sent_ms   it left who asks              there_ms  it reached the other side
//   left_ms   the reply left the other side back_ms   the reply was back
//   due_ms    the timer that it armed       dead_ms   … and that has run out
//   over_ms   its connection ended before that
// null where it has not happened, or where nobody here can know. Times of clock_ms().

const SAME_MS = 400; // the same beat, by the server's own word and by the record of its bytes

export class Beats {
  list = [];

  sent(sent_ms, due_ms, number = 0) {
    const beat = { number, sent_ms, due_ms, there_ms: null, left_ms: null, back_ms: null, dead_ms: null, over_ms: null };
    this.list.push(beat);
    return beat;
  }

  /** The beat that was sent about then, or a new one. */
  about(sent_ms, due_ms) {
    const known = this.list.findLast((beat) => Math.abs(beat.sent_ms - sent_ms) < SAME_MS);
    return known ?? this.sent(sent_ms, due_ms);
  }

  numbered(number) {
    return this.list.findLast((beat) => beat.number === number) ?? null;
  }

  /** The first whose timer runs, or null. */
  get awaiting() {
    return this.list.find((beat) => !endOf(beat)) ?? null;
  }

  /** The connection has ended: no timer runs any more. */
  end(over_ms) {
    for (const beat of this.list) if (!endOf(beat)) beat.over_ms = over_ms;
  }

  forget(before_ms) {
    this.list = this.list.filter(({ sent_ms, dead_ms }) => (dead_ms ?? sent_ms) > before_ms);
  }
}

/** When its timer stopped, for whatever reason; null while it runs. */
export function endOf({ back_ms, dead_ms, over_ms }) {
  return back_ms ?? dead_ms ?? over_ms;
}
