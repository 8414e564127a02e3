// SPDX-License-Identifier: MIT
//
// Position: where a subscription stands in its topics. Several lines may bring messages at the same
// time while one takes over from another. Each brings them in order and without holes from a place
// at or before this one, so whatever is newer than the last one given is the next to give, and
// everything else has been given before. That is why a change of transport loses, repeats and
// reorders nothing.

export class Position {
  #places = new Map(); // topic -> {id, seq}: the last message given; null where unknown
  #since;

  /** since: where to start, as the server takes it: a cursor, `now`, `first` or `-N`. */
  constructor(topics, since) {
    for (const topic of topics) this.#places.set(topic, { id: null, seq: null });
    this.#since = since;
  }

  /** Whether the place is a fixed one, so that two lines which start from it start alike. */
  get pinned() {
    return [...this.#places.values()].every(({ id }) => id !== null);
  }

  /** Where to go on, as the server takes it. With several topics it is a list of cursors. */
  get cursor() {
    if (!this.pinned) return this.#since;
    const list = [...this.#places].map(([topic, { id }]) => (this.#many ? `${topic}:${id}` : id));
    return list.join(",");
  }

  get #many() {
    return this.#places.size > 1;
  }

  /** Takes a cursor that the server gave. Places that are known stay as they are. */
  pin(cursor) {
    for (const [topic, id] of this.#read(cursor)) {
      const place = this.#places.get(topic);
      if (place && place.id === null) place.id = id;
    }
  }

  /** Whether the message is the next to give; then the place is behind it. */
  take({ topic, id, seq }) {
    const place = this.#placeOf(topic);
    if (!place || (place.seq !== null && seq <= place.seq)) return false;
    place.id = id;
    place.seq = seq;
    return true;
  }

  /**
   * Whether the gap is news. cursor: the place behind it, where the line knows that. A gap of unknown
   * size means that the log is another one, whose numbers start anew.
   */
  skip({ topic, to }, cursor) {
    const place = this.#placeOf(topic);
    const known = Number.isInteger(to);
    if (!place || (known && place.seq !== null && to <= place.seq)) return false;
    place.seq = known ? to : null;
    if (known) return true;
    const id = new Map(this.#read(cursor)).get(topic ?? this.#first);
    if (id) place.id = id;
    return true;
  }

  get #first() {
    return this.#places.keys().next().value;
  }

  #placeOf(topic) {
    return this.#places.get(topic ?? this.#first);
  }

  /** [[topic, id]…] */
  #read(cursor) {
    if (!cursor) return [];
    if (!this.#many) return [[this.#first, cursor]];
    return cursor.split(",").map((entry) => {
      const colon = entry.indexOf(":");
      return [entry.slice(0, colon), entry.slice(colon + 1)];
    });
  }
}
