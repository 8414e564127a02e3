// SPDX-License-Identifier: MIT
//
// Publish: POST /publish/TOPIC. An error carries the server's own words.

const CONTENT_TYPES = { text: "text/plain; charset=utf-8", json: "application/json" };

/**
 * {topic, type, event, data, token} -> {id, seq, subscribers}; throws Error with .status.
 * onAnswer(response, text): for those who count bytes.
 */
export async function post({ topic, type = "text", event = "", data, token = "" }, onAnswer = () => {}) {
  const headers = { "Content-Type": CONTENT_TYPES[type] };
  if (event) headers["Pushlab-Event"] = event;
  if (token) headers.Authorization = `Bearer ${token}`;
  const response = await fetch(`/publish/${encodeURIComponent(topic)}`, { method: "POST", headers, body: data });
  const text = await response.text();
  onAnswer(response, text);
  if (response.ok) return JSON.parse(text);
  throw Object.assign(new Error(serverWords(text)), { status: response.status });
}

function serverWords(text) {
  try {
    return JSON.parse(text).error ?? text;
  } catch {
    return text;
  }
}
