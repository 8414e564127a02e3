// SPDX-License-Identifier: MIT
//
// Account: what there is to steal. A word made at random, in a topic that this browser's cookie
// names (server/account.h): a session as most sites have one.

import { post } from "../pushlab/publish.js";

const NAME = "pushlab-account";
const BYTES = 16;

export function randomHex(count = BYTES) {
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Account {
  #token = randomHex();
  secret = `PIN ${Number.parseInt(randomHex(2), 16)}`;

  /** Puts the secret where the cookie leads. */
  async open() {
    await post({ topic: `account.${this.#token}`, data: this.secret });
  }

  /** sameSite: as the cookie's attribute has it, or empty: what the browser makes of it then. */
  logIn(sameSite) {
    this.#logOut();
    const attribute = sameSite ? `; SameSite=${sameSite}` : "";
    document.cookie = `${NAME}=${this.#token}; path=/; max-age=3600${attribute}`;
    this.#isLoggedIn(); // Chromium writes a cookie behind the page's back; reading it waits for that
  }

  /** Another tab may have logged in since: its session stays. */
  leave() {
    if (this.#isLoggedIn()) this.#logOut();
  }

  #isLoggedIn() {
    return document.cookie.includes(this.#token);
  }

  /** One that is Secure can be taken away only by one that is too. */
  #logOut() {
    for (const secure of ["", "; Secure"]) document.cookie = `${NAME}=; path=/; max-age=0${secure}`;
  }
}
