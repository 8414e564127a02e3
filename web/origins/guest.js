// SPDX-License-Identifier: MIT
//
// Guest: a page of another origin. The origin lab frames it and tells it what to try; it says what
// it got to see, which is what any page of that origin would. A classic script: a sandboxed page
// has the origin `null`, for which the server's modules are not.
//
// It asks nothing but the origin of the page that asks it, so nobody can use it to read elsewhere
// what is not for him.

(function () {
  "use strict";
  const ANSWER_MS = 30000;

  function nothing(error) {
    return { read: false, text: "", status: 0, error };
  }

  async function ask(url, options) {
    try {
      const response = await fetch(url, { cache: "no-store", ...options });
      return { read: true, text: await response.text(), status: response.status, error: "" };
    } catch (error) {
      return nothing(error.name);
    }
  }

  /** How a page can ask a server. Each resolves to {read, text, status, error}. */
  const ways = {
    get: (url) => ask(url, {}),
    get_cookie: (url) => ask(url, { credentials: "include" }),
    post: (url) => ask(url, { method: "POST", body: "a guest was here" }),
    post_json: (url) =>
      ask(url, { method: "POST", body: "1", headers: { "Content-Type": "application/json", "Pushlab-Event": "guest" } }),

    source: (url) =>
      new Promise((resolve) => {
        const source = new EventSource(url);
        const end = (outcome) => (source.close(), resolve(outcome));
        source.onmessage = ({ data }) => end({ read: true, text: data, status: 200, error: "" });
        source.onerror = () => end(nothing("error"));
      }),

    socket: (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url.replace("http", "ws"));
        socket.onmessage = ({ data }) => {
          resolve({ read: true, text: typeof data === "string" ? data : "", status: 101, error: "" });
          socket.close();
        };
        socket.onclose = ({ code }) => resolve(nothing(`close ${code}`));
      }),

    cookie: async () => {
      try {
        return { read: document.cookie !== "", text: document.cookie, status: 0, error: "" };
      } catch (error) {
        return nothing(error.name); // a page without an origin has no cookies
      }
    },
  };

  function late() {
    return new Promise((resolve) => setTimeout(resolve, ANSWER_MS, nothing("no answer")));
  }

  const shown = { run: 0, read: false };

  /** In its own window: of the newest run the last that it could read; failing that, why not. */
  function show(run, { read, text, error }) {
    if (run < shown.run || (run === shown.run && shown.read && !read)) return;
    Object.assign(shown, { run, read });
    document.getElementById("got").textContent = read ? text.slice(0, 200) : error;
  }

  document.getElementById("who").textContent = self.origin;
  if (parent === self) {
    document.getElementById("alone").hidden = false;
    return;
  }
  addEventListener("message", async ({ data, origin, source }) => {
    if (source !== parent || new URL(data.url).origin !== origin) return;
    const outcome = await Promise.race([ways[data.way](data.url), late()]);
    show(Number.parseInt(data.id, 10), outcome);
    source.postMessage({ id: data.id, outcome }, origin);
  });
  parent.postMessage({ guest: self.origin }, "*");
})();
