// SPDX-License-Identifier: MIT
// The pages in real browsers: the files of cases/, in each of them or shared out.
import * as chat from "./cases/chat.mjs";
import * as classroom from "./cases/class.mjs";
import * as compat from "./cases/compat.mjs";
import * as claims from "./cases/claims.mjs";
import * as connections from "./cases/connections.mjs";
import * as crossing from "./cases/crossing.mjs";
import * as doctor from "./cases/doctor.mjs";
import * as doors from "./cases/doors.mjs";
import * as heartbeat from "./cases/heartbeat.mjs";
import * as lab from "./cases/lab.mjs";
import * as ladder from "./cases/ladder.mjs";
import * as languages from "./cases/languages.mjs";
import * as lessons from "./cases/lessons.mjs";
import * as noscript from "./cases/noscript.mjs";
import * as origins from "./cases/origins.mjs";
import * as outage from "./cases/outage.mjs";
import * as people from "./cases/people.mjs";
import * as pictures from "./cases/pictures.mjs";
import * as publish from "./cases/publish.mjs";
import * as report from "./cases/report.mjs";
import * as snippet from "./cases/snippet.mjs";
import * as wire from "./cases/wire.mjs";
import { inBrowsers } from "./lib/in_browsers.mjs";

inBrowsers(
  { lab, publish, outage, pictures, snippet, chat, origins, crossing, noscript, wire, heartbeat, connections, doors },
  { languages, lessons, ladder, doctor, compat, claims, class: classroom, report, people },
);
