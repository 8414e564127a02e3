// SPDX-License-Identifier: MIT
// The pages in real browsers: every file of cases/, in each of them.
import * as chat from "./cases/chat.mjs";
import * as doors from "./cases/doors.mjs";
import * as lab from "./cases/lab.mjs";
import * as ladder from "./cases/ladder.mjs";
import * as languages from "./cases/languages.mjs";
import * as origins from "./cases/origins.mjs";
import * as outage from "./cases/outage.mjs";
import * as pictures from "./cases/pictures.mjs";
import * as publish from "./cases/publish.mjs";
import * as report from "./cases/report.mjs";
import * as snippet from "./cases/snippet.mjs";
import * as wire from "./cases/wire.mjs";
import { inBrowsers } from "./lib/in_browsers.mjs";

inBrowsers({ lab, publish, outage, pictures, snippet, chat, languages, origins, wire, ladder, doors, report });
