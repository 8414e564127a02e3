// SPDX-License-Identifier: MIT
// The client library in Node behind the real nginx and HAProxy, as they come and set up for push; all
// other products: ladder_real.mjs, by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startServer } from "../clients/server.mjs";
import { climb, placeBehind } from "./lib/climb.mjs";
import { listHolds, startHold } from "./lib/hold.mjs";

const HISTORY = "20000,1h,64M";
const holds = listHolds();

for (const name of ["nginx", "haproxy"]) {
  test(`the ladder behind ${name}`, async (t) => {
    const { missing } = (await holds).find((box) => box.name === name);
    if (missing) return t.skip(`not installed (apt install ${missing})`);
    const server = await startServer("--history", HISTORY);
    for (const configuration of ["default", "cured"]) {
      const hold = await startHold(server, name, configuration);
      const expected = placeBehind(hold.title, configuration);
      const isThere = ({ transport, code }) => transport === expected.transport && code === expected.code;
      const { place, whole } = await climb(server, hold, configuration, isThere);
      await hold.stop();
      assert.deepEqual([place, whole], [expected, true]);
    }
    return server.stop();
  });
}
