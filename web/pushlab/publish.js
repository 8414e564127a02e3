// SPDX-License-Identifier: MIT
//
// Publish: POST /publish/TOPIC. An error carries the server's own words.

const CONTENT_TYPES = {
  text: "text/plain; charset=utf-8",
  json: "application/json",
  binary: "application/octet-stream",
};

/**
 * {topic, type, event, data, token} -> {id, seq, subscribers}; throws Error with .status.
 * onAnswer(response, text): for those who count bytes. base: another server's address.
 */
export async function post(
  { topic, type = "text", event = "", data, token = "" },
  { base = "", fetch = globalThis.fetch, onAnswer = () => {} } = {},
) {
  const headers = { "Content-Type": CONTENT_TYPES[type] };
  if (event) headers["Pushlab-Event"] = event;
  if (token) headers.Authorization = `Bearer ${token}`;
  const url = `${base}/publish/${encodeURIComponent(topic)}`;
  const response = await fetch(url, { method: "POST", headers, body: data });
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
