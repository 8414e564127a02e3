// SPDX-License-Identifier: MIT
import { note, show, topic } from "./show.js";

const events = new EventSource(`/sse/${topic}`);
events.onopen = () => note("✓ 200, goes on");
events.onmessage = (event) => show(event.data);
events.onerror = () => note("✕ the browser tries again");
