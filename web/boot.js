// SPDX-License-Identifier: MIT
//
// Boot: sets language and colours before the first paint. A classic script in the head, so that
// nothing flashes; everything else is in modules.

(function () {
  "use strict";
  var root = document.documentElement;
  var query = new URLSearchParams(location.search);

  function stored(name) {
    try {
      return localStorage.getItem("pushlab." + name);
    } catch (error) {
      return null; // storage can be forbidden
    }
  }

  var preferred = (navigator.languages || [navigator.language])[0] || "en";
  var lang = query.get("lang") || stored("lang") || preferred;
  root.lang = /^zh/i.test(lang) ? "zh-CN" : "en";

  var dark = matchMedia("(prefers-color-scheme: dark)");
  function setTheme() {
    root.dataset.theme = query.get("theme") || stored("theme") || (dark.matches ? "dark" : "light");
  }
  setTheme();
  dark.addEventListener("change", setTheme);
})();
