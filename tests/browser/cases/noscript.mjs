// SPDX-License-Identifier: MIT
// Pages that work without a script, with JavaScript switched off: what was published is there, by
// four ways, and is text; the server has seen each of them ask as it should.
import assert from "node:assert/strict";
import { publish } from "../../clients/server.mjs";
import { BROWSERS, launch } from "../lib/browsers.mjs";
import { modules, startLab } from "../lib/lab_server.mjs";
import { until } from "../lib/until.mjs";

const WAYS = ["html_short_poll", "html_long_poll", "html", "multipart"];
const MARKUP = "<img src=x onerror='document.title=\"broken\"'><script>document.title=\"broken\"</script>";
export const serve = () => startLab("--feed", "frames=5", ...modules(...WAYS));

async function statsOf(own) {
  return (await (await fetch(`${own.server.http}/stats`)).json()).transports;
}

/** Runs in a page: frames another one, and gives its text and what in it nobody should have put there. */
async function framed(address) {
  const frame = document.createElement("iframe");
  const loaded = new Promise((resolve) => (frame.onload = resolve));
  frame.src = address;
  document.body.append(frame);
  const texts = () => [...(frame.contentDocument?.querySelectorAll("article pre") ?? [])].map(({ textContent }) => textContent);
  const some = async () => {
    while (texts().length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  await Promise.race([loaded, some()]); // one that streams is never loaded
  const { title } = frame.contentDocument;
  const found = { text: texts(), foreign: frame.contentDocument.querySelectorAll("script, pre *").length, title };
  frame.remove();
  return found;
}

export function cases(test, own, browserName) {
  const kind = BROWSERS.find(({ name }) => name === browserName);

  test("with JavaScript off the page's four frames ask by themselves, and get what is published", async ({ skip }) => {
    if (browserName === "webkit") return skip("its driver cannot switch JavaScript off");
    const browser = await launch(kind, { script: false });
    try {
      const tab = await browser.tab();
      await tab.open(`${own.server.http}/noscript.html`, true);
      const holding = (all) => all.html_long_poll.subscribers === 1 && all.html.subscribers === 1;
      const before = await until(() => statsOf(own), holding, "a held page and a streaming one");
      await publish(own.server, "chat", MARKUP);
      const more = (all) => ["html_short_poll", "html_long_poll", "html"].every((way) => all[way].messages > before[way].messages);
      await until(() => statsOf(own), more, "the message, by three ways");
      await until(() => statsOf(own), (all) => all.multipart.messages >= 3, "pictures");
      // Asked again at once, and held again: by <meta http-equiv="refresh"> alone.
      const again = (all) => holding(all) && all.html_long_poll.answers > before.html_long_poll.answers;
      await until(() => statsOf(own), again, "the next page, held");
    } finally {
      await browser.close();
    }
  });

  for (const way of ["html_short_poll", "html_long_poll", "html"]) {
    test(`${way}: what was published is shown, as text`, async ({ open }) => {
      const topic = `text.${way}`;
      await publish(own.server, topic, MARKUP);
      const tab = await open(`${own.server.http}/chat.html`); // where scripts may run: what got in would
      const seen = await tab.evaluate(framed, `/${way}/${topic}?since=first`);
      assert.deepEqual(seen, { text: [MARKUP], foreign: 0, title: "pushlab" });
    });
  }
}
