// SPDX-License-Identifier: MIT
//
// Bench: verdicts by `pushbench claims`.

import { environment, PUSHBENCH } from "./programs.mjs";
import { output } from "./running.mjs";

export class Bench {
  static ids = [2, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 21, 22];

  missing() {
    return null;
  }

  /** {claim: verdict} of those that could be measured. A fault may break a check of the bench, so that
   * its exit status says nothing here. */
  async measure(ids, fault) {
    const words = ["claims", "--quick", "--json", "--only", ids.join(",")];
    const { text, complaint } = await output(PUSHBENCH, words, environment(fault));
    if (!text) throw new Error(`pushbench claims gave nothing: ${complaint}`);
    return Object.fromEntries(JSON.parse(text).rows.map(({ id, verdict }) => [id, verdict]));
  }
}
