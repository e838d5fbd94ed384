// The program for this system, and the embedded server as a child process.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

// Programs for musl run where glibc is, too, but not the other way round.
const isMusl = () => process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;

export function binaryPath() {
  if (process.env.S3SEAL_BINARY) return process.env.S3SEAL_BINARY;
  const system = `${process.platform}-${process.arch}`;
  const names = [`s3seal-${system}`, `s3seal-${system}-musl`];
  for (const name of isMusl() ? names.slice(1) : names) {
    try {
      return require.resolve(`${name}/bin/s3seal`);
    } catch {
      // Not installed: the next one.
    }
  }
  throw new Error(
    `s3seal has no program for ${system}${isMusl() ? " with musl" : ""} here: install without --omit=optional ` +
      "(and make the lock file anew if it was written on another system), or set S3SEAL_BINARY to the path of the program",
  );
}

const lists = { buckets: "--bucket", versionedBuckets: "--versioned-bucket", faults: "--fault" };
const values = {
  behave: "--behave",
  seed: "--seed",
  latency: "--latency",
  dir: "--dir",
  init: "--init",
  addr: "--addr",
  log: "--log",
};
const switches = { tls: "--tls", requireTls: "--require-tls", control: "--control" };
const others = ["args", "program", "signal"];

function toArguments(options) {
  const found = [];
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || others.includes(name)) continue;
    if (name in lists) for (const one of value) found.push(`${lists[name]}=${one}`);
    else if (name in values) found.push(`${values[name]}=${value}`);
    else if (!(name in switches)) throw new TypeError(`startServer: there is no option ${name}`);
    else if (value) found.push(switches[name]);
  }
  return [...found, ...(options.args ?? [])];
}

// What the caller's environment says about the server's options is not for this one.
function environmentOfServer() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("S3SEAL_"));
  return Object.fromEntries(kept);
}

// What runs against the server: it prints its environment, and ends once its standard input is closed. The server ends with
// it, so it cannot outlive this process, however that ends.
const holder = `
  require("node:fs").writeSync(1, JSON.stringify(process.env) + "\\n");
  process.stdin.on("end", () => process.exit()).resume();
`;

export async function startServer(options = {}) {
  const given = toArguments(options);
  const program = options.program ?? binaryPath();
  if (!existsSync(program)) throw new Error(`startServer: ${program} is not there`);
  options.signal?.throwIfAborted();
  const around = environmentOfServer();
  const child = spawn(program, ["mock", ...given, "--", process.execPath, "--eval", holder], {
    // What Node is told to load or trust is for this process.
    env: { ...around, NODE_OPTIONS: "" },
    stdio: ["pipe", "pipe", "pipe"],
    // Ctrl-C is for this process: tests that are being ended still have their server.
    detached: true,
  });
  const ended = new Promise((resolve) => {
    child.once("close", resolve);
    child.once("error", resolve);
  });
  child.stdin.on("error", () => {});
  const end = () => child.stdin.end();
  options.signal?.addEventListener("abort", end, { once: true });
  ended.then(() => options.signal?.removeEventListener("abort", end));

  const inside = await firstLine(child, ended);
  options.signal?.throwIfAborted();
  for (const handle of [child, child.stdin, child.stdout, child.stderr]) handle.unref();
  const set = Object.entries(inside).filter(
    ([name, value]) => name.startsWith("AWS_") || (value !== around[name] && !["NODE_OPTIONS", "PATH"].includes(name)),
  );
  const environment = Object.fromEntries(set);
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
  };
  const endpoint = environment.AWS_ENDPOINT_URL;
  const region = environment.AWS_REGION;
  const stop = async () => {
    end();
    for (const handle of [child, child.stdout, child.stderr]) handle.ref();
    await ended;
  };
  return {
    endpoint,
    region,
    credentials,
    environment,
    get clientConfig() {
      return { endpoint, region, credentials: { ...credentials }, forcePathStyle: true };
    },
    pid: child.pid,
    stop,
    [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]: stop,
  };
}

// The line comes once the server answers; if the server ends before, what it said is the reason.
async function firstLine(child, ended) {
  let printed = "";
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said = (said + text).slice(-4096);
  });
  const line = new Promise((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text;
      if (printed.includes("\n")) resolve(printed.slice(0, printed.indexOf("\n")));
    });
  });
  const failed = ended.then((why) => {
    const reason = why instanceof Error ? why.message : said.trim() || `exit status ${why}`;
    throw new Error(`the server did not start: ${reason}`);
  });
  failed.catch(() => {});
  return JSON.parse(await Promise.race([line, failed]));
}
