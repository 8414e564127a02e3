// SPDX-License-Identifier: MIT
//
// The lessons: three tracks for a teacher, a lesson for each transport and on choosing, a glossary.
// `?lesson=NAME` opens a lesson, `?track=MINUTES` a track, `#term-NAME` a term of the glossary.

import { byId } from "./dom.js";
import { showContents } from "./lessons/contents.js";
import { showLesson } from "./lessons/lesson.js";
import { LESSONS } from "./lessons/table.js";
import { showTrack } from "./lessons/track.js";
import { TRACKS } from "./lessons/tracks.js";
import { startPage } from "./page.js";

const query = new URLSearchParams(location.search);
const main = byId("lesson");

startPage("lessons.title");
start();

async function start() {
  const lesson = LESSONS.find(({ name }) => name === query.get("lesson"));
  const track = TRACKS.find(({ minutes }) => String(minutes) === query.get("track"));
  if (lesson) await showLesson(main, lesson);
  else if (track) showTrack(main, track);
  else showContents(main);
}
