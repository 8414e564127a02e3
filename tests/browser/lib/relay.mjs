// SPDX-License-Identifier: MIT
//
// Relay: pushrelay between the pages and the server, one door for each environment.

import { spawn } from "node:child_process";
import { connect, createServer } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { BINARY } from "./lab_server.mjs";

const RELAY = path.resolve(process.env.PUSHRELAY ?? path.join(path.dirname(BINARY), "../bench/relay/pushrelay"));

/**
 * doors: {name: its faults, as --door takes them}; options: further ones of the relay. Resolves to
 * {doors: {name: address}, control: for pages, act(door, what), stop()}.
 */
export async function startRelay(server, doors, ...options) {
  const named = Object.entries(doors).flatMap(([name, faults]) => ["--door", `${name}:0:${faults}`]);
  const child = spawn(RELAY, ["--to", `127.0.0.1:${server.port}`, "--control", "0", ...named, ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const { addresses, control } = await readReady(createInterface({ input: child.stdout }));
  return {
    doors: addresses,
    control: `http://127.0.0.1:${control}/`,
    act: (door, act) => command(control, { door, act }),
    async stop() {
      child.kill("SIGTERM");
      const status = await ended;
      process.removeListener("exit", killAtExit);
      if (status !== 0) throw new Error(`pushrelay ended with ${status}`);
    },
  };
}

/** One that is free now: the relay must know it before the server is there. */
export async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function readReady(lines) {
  const addresses = {};
  let control = 0;
  for await (const line of lines) {
    const [kind, name, address] = line.split(" ");
    if (kind === "door") addresses[name] = address.replace(/\/$/, "");
    if (kind === "control") control = Number(name.split(":").at(-1));
    if (kind === "ready") return { addresses, control };
  }
  throw new Error("pushrelay did not become ready");
}

/** One line there, one back. */
async function command(port, object) {
  const socket = connect(port, "127.0.0.1");
  socket.write(`${JSON.stringify(object)}\n`);
  for await (const line of createInterface({ input: socket })) {
    socket.destroy();
    const answer = JSON.parse(line);
    if (answer.error) throw new Error(answer.error);
    return answer;
  }
  throw new Error("pushrelay's control gave no answer");
}
