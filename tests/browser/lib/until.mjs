// SPDX-License-Identifier: MIT
//
// Until: the one way these tests wait: look, and look again until it is good. No test waits for a
// time to pass, except where a duration is what it is about.

const PATIENCE_MS = 30000; // for a busy machine; a test that passes never needs it
const LOOK_EVERY_MS = 100;

/** read() until good(what it gave), which is returned. `what` says in an error what was awaited. */
export async function until(read, good = Boolean, what = String(good), patience_ms = PATIENCE_MS) {
  const end_ms = Date.now() + patience_ms;
  for (;;) {
    const seen = await read();
    if (good(seen)) return seen;
    if (Date.now() > end_ms) {
      throw new Error(`not within ${patience_ms / 1000} s: ${what}\nlast seen: ${JSON.stringify(seen)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
