// SPDX-License-Identifier: MIT
//
// Page: the header that all pages share (where to go, language, colours). A new page is one row in
// its group of PAGES and one string `nav.NAME`.

import { h } from "./dom.js";
import { LANGUAGES, language, onLanguage, remember, say, sayAttribute, setLanguage, t, translatePage } from "./i18n.js";

export const PAGES = {
  see: [
    { name: "lab", path: "/" },
    { name: "pictures", path: "/pictures.html" },
    { name: "chat", path: "/chat.html" },
  ],
  look: [
    { name: "wire", path: "/wire.html" },
    { name: "heartbeat", path: "/heartbeat.html" },
    { name: "connections", path: "/connections.html" },
    { name: "origins", path: "/origins.html" },
  ],
  reach: [
    { name: "compat", path: "/compat.html" },
    { name: "doctor", path: "/doctor.html" },
    { name: "ladder", path: "/ladder.html" },
    { name: "noscript", path: "/noscript.html" },
  ],
  learn: [
    { name: "lessons", path: "/lessons.html" },
    { name: "claims", path: "/claims.html" },
    { name: "class", path: "/class.html" },
  ],
};

/** What a page fills when it knows what its server has; what stands below waits for it (style.css). */
const AWAITED = ".columns, .people, .segmented, #lanes, #own-delays, #matrix, #seats, #list, #score, #guests";
const SETTLED_MS = 5000; // what is not there by then is not waited for

/** Fills the page's <header> and all its strings. `title`: key of the page's title. */
export function startPage(title) {
  const header = document.querySelector("body > header");
  header.append(brand(), navigation(), themeButton(), languageSwitch());
  const setTitle = () => (document.title = `${t(title)} · pushlab`);
  onLanguage(setTitle);
  setTitle();
  translatePage();
  document.documentElement.dataset.ready = "";
  settle();
}

function settle() {
  const awaited = [...document.querySelectorAll(AWAITED)];
  const isThere = (element) => element.hasChildNodes() || element.closest("[hidden]");
  const observer = new MutationObserver(() => awaited.every(isThere) && done());
  const done = () => {
    observer.disconnect();
    document.documentElement.dataset.settled = "";
  };
  observer.observe(document.body, { childList: true, subtree: true, attributeFilter: ["hidden"] });
  setTimeout(done, SETTLED_MS);
}

function brand() {
  const icon = h("img", { src: "/icon.svg", alt: "", width: 28, height: 28 });
  return h("a", { class: "brand", href: "/" }, icon, "pushlab");
}

function navigation() {
  const groups = Object.entries(PAGES).map(([group, pages]) => {
    const list = h("div", { class: "group", role: "group" }, ...pages.map(pageLink));
    return sayAttribute(list, "aria-label", `nav.${group}`);
  });
  return sayAttribute(h("nav", {}, ...groups), "aria-label", "nav.pages");
}

function pageLink({ name, path }) {
  const here = location.pathname === path || (path === "/" && location.pathname === "/index.html");
  return say(h("a", { href: path, "aria-current": here ? "page" : null }), `nav.${name}`);
}

function languageSwitch() {
  const buttons = LANGUAGES.map(({ code, tag, name }) =>
    h("button", { type: "button", lang: tag, "data-code": code, onclick: () => setLanguage(code) }, name),
  );
  const mark = () => {
    for (const b of buttons) b.setAttribute("aria-pressed", b.dataset.code === language().code);
  };
  onLanguage(mark);
  mark();
  return sayAttribute(h("div", { class: "segmented", role: "group" }, ...buttons), "aria-label", "nav.language");
}

function themeButton() {
  const root = document.documentElement;
  const button = h("button", { type: "button", class: "theme" }, "◐");
  button.addEventListener("click", () => {
    root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
    remember("theme", root.dataset.theme);
    document.dispatchEvent(new Event("theme"));
  });
  sayAttribute(button, "title", "nav.theme");
  return sayAttribute(button, "aria-label", "nav.theme");
}
