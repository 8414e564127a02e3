// SPDX-License-Identifier: MIT
//
// Load: the clients for the transports that this server offers. A module that the server has
// loaded is found by its name: transports/NAME.js. Without such a file it is left out.

/** What browsers show by themselves: there is no client for it. */
const WITHOUT_SCRIPT = /^(html(_\w+)?|multipart)$/;

/** [{name, reads, client}] in the server's order; client is null where the page has none. */
export async function loadTransports() {
  const list = await offered();
  return Promise.all(list.filter((entry) => !WITHOUT_SCRIPT.test(nameOf(entry))).map(loadOne));
}

export async function isOffered(name) {
  return (await offered()).some((entry) => nameOf(entry) === name);
}

async function offered() {
  const response = await fetch("/transports");
  if (!response.ok) throw new Error(`GET /transports: ${response.status}`);
  const answer = await response.json();
  return Array.isArray(answer) ? answer : answer.transports;
}

function nameOf(entry) {
  return typeof entry === "string" ? entry : entry.name;
}

async function loadOne(entry) {
  const name = nameOf(entry);
  if (!/^[a-z0-9_]+$/.test(name)) return { name, client: null };
  try {
    const { default: client } = await import(`./${name}.js`);
    const ours = client?.transport === name;
    return { name, client: ours ? client : null };
  } catch {
    return { name, client: null };
  }
}
