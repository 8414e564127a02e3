// SPDX-License-Identifier: MIT
//
// Publish box: one message, and what the server said to it.

import { byId } from "../dom.js";
import { onLanguage, say, t } from "../i18n.js";
import { post } from "../pushlab/publish.js";

/** topic(): what the columns watch; watch(topic): makes them watch another. */
export function startPublishBox({ topic, watch }) {
  const answer = byId("publish-answer");
  const other = byId("publish-watch");
  offerSample();
  onLanguage(offerSample);

  byId("publish").addEventListener("submit", async (event) => {
    event.preventDefault();
    const message = read();
    try {
      say(answer, "publish.done", await post(message));
      answer.classList.remove("bad");
    } catch (error) {
      explain(error, answer);
    }
    other.hidden = message.topic === topic();
    say(other, "publish.watch", { topic: message.topic });
  });

  other.addEventListener("click", () => {
    watch(byId("publish-topic").value);
    other.hidden = true;
  });
}

function read() {
  return {
    topic: byId("publish-topic").value,
    type: byId("publish-type").value,
    event: byId("publish-event").value,
    data: byId("publish-data").value,
    token: byId("publish-token").value,
  };
}

function explain(error, answer) {
  answer.classList.add("bad");
  if (error.status) say(answer, "publish.failed", { status: String(error.status), text: error.message });
  else say(answer, "publish.unreachable");
  if (error.status === 401) byId("publish-token-field").hidden = false;
}

let sample = "";

/** The box is never empty at first, and follows the language until it has been edited. */
function offerSample() {
  const data = byId("publish-data");
  if (data.value === sample) data.value = t("publish.sample");
  sample = t("publish.sample");
}
