// SPDX-License-Identifier: MIT
//
// Delays: a histogram that is small enough to be sent once a second, and that can be added to
// others. Each bin is 5 % wider than the one before, so that a delay is known to 2.5 % whatever its
// size. As JSON it is {"bin": count}, the empty ones left out.

const RATIO = Math.log(1.05);
const LEAST_MS = 0.1;
export const LAST_BIN = 300; // above a minute all is one

export function binOf(ms) {
  return Math.min(LAST_BIN, Math.max(0, Math.round(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / RATIO)));
}

/** The delay in the middle of a bin. */
export function msOf(bin) {
  return LEAST_MS * Math.exp(bin * RATIO);
}

export class Delays {
  count = 0;
  #bins = new Map(); // bin -> count

  add(ms) {
    this.#put(binOf(ms), 1);
  }

  /** Takes in what toJSON() gave; whatever is no such thing is left out, since anybody may send it. */
  merge(bins) {
    if (typeof bins !== "object" || bins === null) return;
    for (const [bin, count] of Object.entries(bins)) {
      const place = Number(bin);
      const good = Number.isInteger(place) && place >= 0 && place <= LAST_BIN;
      if (good && Number.isSafeInteger(count) && count > 0) this.#put(place, count);
    }
  }

  /** The delay that this share of all stays below; null without any. */
  quantile(share) {
    let left = share * this.count;
    for (const [bin, count] of this.bins()) {
      left -= count;
      if (left <= 0) return msOf(bin + (count + left) / count - 0.5);
    }
    return null;
  }

  /** [bin, count], by size. */
  bins() {
    return [...this.#bins].sort(([a], [b]) => a - b);
  }

  toJSON() {
    return Object.fromEntries(this.#bins);
  }

  #put(bin, count) {
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count);
    this.count += count;
  }
}
