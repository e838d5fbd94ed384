#!/usr/bin/env node
// Runs the program, with this process's arguments, files and signals.

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { binaryPath } from "../index.js";

let program;
try {
  program = binaryPath();
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exit(1);
}
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("error", (error) => {
  console.error(`error: ${program} cannot be started: ${error.message}`);
  process.exit(1);
});
child.on("close", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
