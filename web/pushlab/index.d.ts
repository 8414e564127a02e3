// SPDX-License-Identifier: MIT
//
// The types of index.js, which says what they mean.

export type Transport = "websocket" | "sse" | "long_poll" | "short_poll";
export type State = "connecting" | "open" | "reconnecting" | "closed";
export type Language = "en" | "zh";

/** All transports, the best one first. */
export const TRANSPORTS: Transport[];

export interface Message {
  topic: string;
  /** The cursor behind it. */
  id: string;
  /** 1, 2, 3 … within its topic. */
  seq: number;
  /** When the server took it: microseconds since the Unix epoch. */
  time: number;
  event?: string;
  type: "text" | "json" | "binary";
  /** Text, the JSON value, or base64 where type is "binary". */
  data: any;
}

/** What can no longer be given; null where the log is another one. */
export interface Gap {
  topic: string;
  from: number | null;
  to: number | null;
  count: number | null;
  reason: string;
}

export type Args = Record<string, string | number>;

export interface Rung {
  transport: Transport;
  state: "works" | "trying" | "failed" | "unused";
  /** Why, for programs; explain() has the sentence. */
  code: string;
  args: Args;
}

export interface Why {
  /** What is in use. */
  transport: Transport | null;
  /** The transport that code is about. */
  subject: Transport | null;
  /** Why nothing better is in use; "best": there is nothing better. */
  code: string;
  args: Args;
  /** Each transport allowed, the best one first. */
  rungs: Rung[];
  /** Whether another tab's connection is used. */
  shared: boolean;
}

export interface Options {
  /** Those allowed, the best one first. Default: all. */
  transports?: Transport[];
  /** A cursor, "now" (default), "first", or "-N" for the last N and on. */
  since?: string;
  onMessage?: (message: Message) => void;
  onGap?: (gap: Gap) => void;
  /** Whenever either has changed. */
  onState?: (state: State, why: Why) => void;
  /** The server. A page's own by default, needed elsewhere. */
  url?: string;
  /** For publishing. */
  token?: string;
  /** One connection for all tabs that want the same. Default: true. */
  share?: boolean;
  /** How long a long poll is held. Default: 25. */
  wait_s?: number;
  /** These three where there are none, or for others. */
  fetch?: typeof fetch;
  EventSource?: any;
  WebSocket?: any;
}

export interface Publishing {
  /** Default: the first that is subscribed to. */
  topic?: string;
  event?: string;
  /** Default: text for a string, binary for bytes, json for anything else. */
  type?: "text" | "json" | "binary";
}

export interface Subscription {
  /** Where to go on, for another subscription's `since`. */
  readonly cursor: string;
  readonly state: State;
  readonly why: Why;
  publish(data: any, how?: Publishing): Promise<{ id: string; seq: number; subscribers: number }>;
  close(): void;
}

/** Starts at once, and goes on until close(). Throws TypeError for options that make no sense. */
export function subscribe(topic: string | string[], options?: Options): Subscription;

/** The sentence for a `why` or one of its rungs. */
export function explain(why: Why | Rung, language?: Language): string;
