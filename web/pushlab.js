// SPDX-License-Identifier: MIT
//
// The client library under its short address, for pages: import { subscribe } from "/pushlab.js".
// Its parts are in pushlab/, which is also the npm package.

export * from "./pushlab/index.js";
