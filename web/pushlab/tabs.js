// SPDX-License-Identifier: MIT
//
// Tabs: one of the tabs that want the same is its leader, and passes on what it reads. Who leads is
// decided by a Web Lock: it is held as long as the tab lives, and the browser hands it on when the
// tab closes or crashes. Words go by BroadcastChannel, in order.

export const canShare = ({ locks, BroadcastChannel }) => Boolean(locks && BroadcastChannel);

export class Tabs {
  #locks;
  #name;
  #channel;
  #listener;
  #abort = new AbortController();
  #release = () => {};

  /** listener: onLead(), onFollow(), onAlone(), onWord(word). Exactly one of the first three is
   * called soon after open(); onLead() may also follow later. */
  constructor({ locks, BroadcastChannel }, name, listener) {
    this.#locks = locks;
    this.#name = name;
    this.#listener = listener;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }) => listener.onWord(data);
  }

  open() {
    const decided = this.#locks.request(this.#name, { ifAvailable: true }, (lock) => {
      if (lock) return this.#lead();
      this.#await();
      if (!this.closed) this.#listener.onFollow();
      return undefined;
    });
    decided.catch(() => this.closed || this.#listener.onAlone()); // a page may be denied locks
  }

  get closed() {
    return this.#abort.signal.aborted;
  }

  /** To all other tabs. */
  say(word) {
    if (!this.closed) this.#channel.postMessage(word);
  }

  close() {
    this.#abort.abort();
    this.#channel.close();
    this.#release();
  }

  /** Queues for the lock that another tab holds. */
  #await() {
    const { signal } = this.#abort;
    this.#locks.request(this.#name, { signal }, () => this.#lead()).catch(() => {});
  }

  /** The lock is held until this promise is resolved. */
  #lead() {
    if (this.closed) return undefined;
    const held = new Promise((resolve) => (this.#release = resolve));
    this.#listener.onLead();
    return held;
  }
}
