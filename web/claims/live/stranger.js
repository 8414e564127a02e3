// SPDX-License-Identifier: MIT
//
// Stranger: claim 4. A frame without an origin of its own (sandboxed, so its Origin is `null`)
// is to this server a page from elsewhere. It tries to read a topic by fetch, by EventSource and by
// WebSocket; the server's own counts say which of these arrived. The topic `frames` may be read by
// all pages, so that a WebSocket from elsewhere can be seen let in, too.

import { h } from "../../dom.js";
import { t } from "../../i18n.js";
import { told } from "../said.js";
import { figure, stats, within, words } from "./figure.js";

const PATIENCE_MS = 45000; // for what the frame may take, one try after the other
const TRIES = ["fetch", "events", "socket", "socket_public"];

export const stranger = { seconds: 2, run };

async function run(signal) {
  const before = await stats();
  const seen = await within(PATIENCE_MS, signal, (done) => listen(done));
  if (!seen) throw new Error(t("live.no_stranger"));
  const after = await stats();
  return finding(seen, { fetches: grown(before, after, "short_poll"), streams: grown(before, after, "sse") });
}

function grown(before, after, transport) {
  return after.transports[transport].subscriptions - before.transports[transport].subscriptions;
}

function listen(done) {
  const frame = h("iframe", { src: "/claims/stranger.html", sandbox: "allow-scripts", hidden: true, "aria-hidden": "true" });
  const onMessage = ({ source, data }) => {
    if (source !== frame.contentWindow) return;
    removeEventListener("message", onMessage);
    frame.remove();
    done(data);
  };
  addEventListener("message", onMessage);
  document.body.append(frame);
}

function finding(seen, arrived) {
  const kept = seen.fetch === "kept" && seen.events === "kept" && arrived.fetches > 0;
  const judged = seen.socket === "refused" && seen.socket_public === "open";
  const good = kept && judged;
  return {
    verdict: good ? "holds" : "does_not_hold",
    verdict_text: told(good ? "stranger_holds" : "stranger_fails"),
    regime: told("stranger_regime"),
    figures: [
      ...TRIES.map((name) => words(`stranger_${name}`, told(`stranger_${seen[name]}`))),
      figure("stranger_fetches", arrived.fetches),
      figure("stranger_streams", arrived.streams),
    ],
  };
}
