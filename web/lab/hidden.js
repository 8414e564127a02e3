// SPDX-License-Identifier: MIT
//
// Hidden: when this page could not be seen. A browser slows down a hidden tab (its timers come once
// a second or a minute, drawing stops), so what was measured meanwhile says something about the
// browser, not about a transport, and is not counted. Pure but for followVisibility(): times in ms of
// clock_ms().

import { clock_ms } from "../transports/transport.js";

const KEPT = 50;

export class HiddenTimes {
  spans = []; // {start_ms, end_ms}; end_ms is null while it is hidden

  hide(at_ms) {
    if (this.spans.at(-1)?.end_ms === null) return;
    this.spans.push({ start_ms: at_ms, end_ms: null });
    if (this.spans.length > KEPT) this.spans.shift();
  }

  show(at_ms) {
    const last = this.spans.at(-1);
    if (last?.end_ms === null) last.end_ms = at_ms;
  }

  /** Whether any of this time was hidden. */
  covers(start_ms, end_ms) {
    return this.spans.some((span) => span.start_ms <= end_ms && (span.end_ms ?? Infinity) >= start_ms);
  }

  /** Those that reach beyond that time. */
  since(from_ms) {
    return this.spans.filter(({ end_ms }) => end_ms === null || end_ms > from_ms);
  }
}

/** This page's own. */
export const hiddenTimes = new HiddenTimes();

/** onShown(span): it can be seen again. */
export function followVisibility(onShown) {
  const look = () => {
    if (document.hidden) return hiddenTimes.hide(clock_ms());
    const before = hiddenTimes.spans.at(-1);
    const wasHidden = before?.end_ms === null;
    hiddenTimes.show(clock_ms());
    if (wasHidden) onShown(before);
  };
  document.addEventListener("visibilitychange", look);
  look();
}
