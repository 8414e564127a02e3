// SPDX-License-Identifier: MIT
//
// Pictures: claim 5. What the tutorial's client does, without appending: it takes some messages of
// the endpoint that its code names, decodes each as a PNG, and sees whether they differ.

import { told } from "../said.js";
import { figure, socketAddress, within } from "./figure.js";

const PICTURES = 3;
const PATIENCE_MS = 12000;

export const pictures = { seconds: 4, run };

async function run(signal) {
  const socket = new WebSocket(socketAddress("/"));
  const came = [];
  try {
    await within(PATIENCE_MS, signal, (done, fail) => {
      socket.onmessage = ({ data }) => {
        came.push({ data, at_ms: performance.now() });
        if (came.length === PICTURES) done();
      };
      socket.onclose = ({ code }) => fail(new Error(`WebSocket: ${code}`));
    });
  } finally {
    socket.onclose = null;
    socket.close();
  }
  return finding(came);
}

async function finding(came) {
  const urls = came.map(({ data }) => `data:image/png;base64,${data}`);
  const decoded = (await Promise.all(urls.map(decodes))).filter(Boolean).length;
  const different = new Set(urls).size;
  const characters = came.reduce((sum, { data }) => sum + data.length, 0) / (came.length || 1);
  const good = decoded === PICTURES && different === PICTURES;
  return {
    verdict: came.length < PICTURES ? "unknown" : good ? "holds" : "does_not_hold",
    verdict_text: told(came.length < PICTURES ? "pictures_none" : good ? "pictures_hold" : "pictures_fail", { count: decoded }),
    regime: told("pictures_regime", { host: location.host }),
    pictures: urls,
    figures: [
      figure("pictures_came", came.length),
      figure("pictures_decoded", decoded),
      figure("pictures_different", different),
      figure("picture_base64_bytes", characters),
      figure("picture_bytes", characters * 0.75),
    ],
  };
}

async function decodes(url) {
  const image = new Image();
  image.src = url;
  return image.decode().then(() => image.naturalWidth > 0, () => false);
}
