// SPDX-License-Identifier: MIT
export * from "./pushlab/index.js";
