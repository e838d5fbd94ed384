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

export async function startServer(options = {}) {
  const program = options.program ?? binaryPath();
  if (!existsSync(program)) throw new Error(`startServer: ${program} is not there`);
  options.signal?.throwIfAborted();
  const child = spawn(program, ["mock", "--json", ...toArguments(options)], {
    env: environmentOfServer(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => {
    child.once("close", resolve);
    child.once("error", resolve);
  });
  // It must not outlive this process, whichever way that ends; nor keep it alive.
  const end = () => child.kill("SIGTERM");
  process.once("exit", end);
  ended.then(() => process.removeListener("exit", end));
  options.signal?.addEventListener("abort", end, { once: true });
  ended.then(() => options.signal?.removeEventListener("abort", end));

  const ready = await firstLine(child, ended);
  options.signal?.throwIfAborted();
  child.unref();
  child.stdout.unref?.();
  child.stderr.unref?.();
  const { environment } = ready;
  const credentials = {
    accessKeyId: environment.AWS_ACCESS_KEY_ID,
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY,
  };
  const stop = async () => {
    end();
    child.ref();
    await ended;
  };
  return {
    endpoint: ready.endpoint,
    region: environment.AWS_REGION,
    credentials,
    environment,
    get clientConfig() {
      const { endpoint } = ready;
      return { endpoint, region: environment.AWS_REGION, credentials: { ...credentials }, forcePathStyle: true };
    },
    pid: child.pid,
    stop,
    [Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose")]: stop,
  };
}

// The server prints one line once it answers; if it ends before, what it said is the reason.
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
