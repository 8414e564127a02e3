// SPDX-License-Identifier: MIT
//
// The claims board: what the textbook says of the transports, claim by claim: guess, run the
// experiment, see the verdict. `#8` opens with that claim.

import { Advisor } from "./claims/advisor.js";
import { Bench } from "./claims/bench.js";
import { Board } from "./claims/board.js";
import { Kept } from "./claims/kept.js";
import { printOn } from "./claims/paper.js";
import { Runner } from "./claims/runner.js";
import { Score } from "./claims/score.js";
import { Stage } from "./claims/stage.js";
import { CLAIMS } from "./claims/table.js";
import { byId } from "./dom.js";
import { tellMissing } from "./home.js";
import { onLanguage, say } from "./i18n.js";
import { startPage } from "./page.js";

const kept = new Kept();
let quick = true;
let all = false; // running all that are left

startPage("claims.title");
start();

async function start() {
  const bench = await Bench.find();
  tellMissing(byId("no-bench"), !bench);
  const runner = new Runner(bench, () => update());
  const board = new Board(byId("list"), kept, pick);
  const score = new Score(byId("score"), kept);
  const stage = new Stage(byId("stage"), kept, runner, {
    onRun: (claim) => run(claim),
    onGuess: (claim, verdict) => {
      kept.setGuess(claim.id, verdict);
      update();
    },
    onTurn: (step) => pick(CLAIMS[(CLAIMS.indexOf(stage.claim) + step + CLAIMS.length) % CLAIMS.length]),
  });

  function update() {
    board.update(stage.claim, runner.claim);
    stage.update(quick);
    score.update();
    byId("quick").setAttribute("aria-pressed", quick);
    byId("thorough").setAttribute("aria-pressed", !quick);
    byId("run-all").setAttribute("aria-pressed", all);
    say(byId("run-all"), all ? "claims.stop_all" : "claims.run_all");
  }

  function pick(claim) {
    history.replaceState(null, "", `#${claim.id}`);
    stage.show(claim);
    update();
    stage.comeIntoView();
  }

  /** Whether there is a finding now. */
  async function run(claim) {
    stage.complain(claim, "");
    try {
      const finding = await runner.run(claim, quick);
      if (finding) kept.setFinding(claim.id, finding);
      return finding !== null;
    } catch (error) {
      stage.complain(claim, error.message);
      return false;
    } finally {
      update();
    }
  }

  async function runAll() {
    all = !all;
    if (!all) runner.cancel();
    for (const claim of CLAIMS) {
      if (!all) break;
      if (kept.finding(claim.id) || !runner.can(claim)) continue;
      pick(claim);
      await run(claim);
    }
    all = false;
    update();
  }

  function choosePace(value) {
    quick = value;
    update();
  }

  byId("quick").addEventListener("click", () => choosePace(true));
  byId("thorough").addEventListener("click", () => choosePace(false));
  byId("run-all").addEventListener("click", runAll);
  byId("reset").addEventListener("click", () => {
    runner.cancel();
    kept.clear();
    pick(stage.claim);
  });
  byId("print").addEventListener("click", () => print());
  printOn(byId("paper"), kept);
  new Advisor(byId("advisor"), bench);
  onLanguage(update);
  addEventListener("pagehide", () => runner.cancel());
  addEventListener("hashchange", () => pick(claimOfAddress()));
  stage.show(claimOfAddress());
  update();
}

function claimOfAddress() {
  return CLAIMS.find(({ id }) => `#${id}` === location.hash) ?? CLAIMS[0];
}
