// SPDX-License-Identifier: MIT
//
// Load: the clients for the transports that this server offers. A module that the server has
// loaded is found by its name: transports/NAME.js. Without such a file it is left out.

/** [{name, reads, client}] in the server's order; client is null where the page has none. */
export async function loadTransports() {
  const response = await fetch("/transports");
  if (!response.ok) throw new Error(`GET /transports: ${response.status}`);
  const answer = await response.json();
  const list = Array.isArray(answer) ? answer : answer.transports;
  return Promise.all(list.map(loadOne));
}

async function loadOne(entry) {
  const name = typeof entry === "string" ? entry : entry.name;
  if (!/^[a-z0-9_]+$/.test(name)) return { name, client: null };
  try {
    const { default: client } = await import(`./${name}.js`);
    const ours = client?.transport === name;
    return { name, client: ours ? client : null };
  } catch {
    return { name, client: null };
  }
}
