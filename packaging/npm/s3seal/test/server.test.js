// Run by packaging/test.sh where the package is installed beside @aws-sdk/client-s3.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { binaryPath, startServer } from "s3seal";

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const command = join(dirname(require.resolve("s3seal/package.json")), "bin/s3seal.js");
const key = randomBytes(32);
const sealed = {
  SSECustomerAlgorithm: "AES256",
  SSECustomerKey: key.toString("base64"),
  SSECustomerKeyMD5: createHash("md5").update(key).digest("base64"),
};

let server, s3;
before(async () => {
  server = await startServer({ buckets: ["one", "two"] });
  s3 = new S3Client(server.clientConfig);
});
after(() => server.stop());

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("sealed and back, and not without the key", async () => {
  const note = { Bucket: "one", Key: "note" };
  await s3.send(new PutObjectCommand({ ...note, ...sealed, Body: "secret" }));
  const found = await s3.send(new GetObjectCommand({ ...note, ...sealed }));
  assert.equal(await found.Body.transformToString(), "secret");
  await assert.rejects(s3.send(new GetObjectCommand(note)), { name: "InvalidRequest" });
});

test("the buckets are those that were asked for", async () => {
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  assert.deepEqual(Buckets.map((bucket) => bucket.Name).sort(), ["one", "two"]);
});

test("stop ends the server, also twice", async () => {
  const other = await startServer();
  assert.ok(isAlive(other.pid));
  await other.stop();
  await other.stop();
  assert.ok(!isAlive(other.pid));
});

test("the server has the environment for other programs, and faults", async () => {
  const other = await startServer({ faults: ["slow-down=1@HeadBucket"], seed: 7, behave: "garage" });
  const environment = { ...process.env, ...other.environment, AWS_MAX_ATTEMPTS: "1" };
  const { stdout } = await run(binaryPath(), ["ls"], { env: environment });
  assert.match(stdout, /demo/);
  await other.stop();
});

test("over https", async () => {
  const other = await startServer({ tls: true });
  assert.match(other.endpoint, /^https:/);
  const { stdout } = await run(binaryPath(), ["ls"], { env: { ...process.env, ...other.environment } });
  assert.match(stdout, /demo/);
  await other.stop();
});

test("what the server refuses is the reason", async () => {
  await assert.rejects(startServer({ behave: "nowhere" }), /did not start: .*nowhere/s);
  await assert.rejects(startServer({ bucket: ["x"] }), /no option bucket/);
  await assert.rejects(startServer({ program: "/nowhere/s3seal" }), /not there/);
});

test("a signal ends the start", async () => {
  await assert.rejects(startServer({ signal: AbortSignal.abort() }), { name: "AbortError" });
  const controller = new AbortController();
  const other = await startServer({ signal: controller.signal });
  controller.abort();
  await other.stop();
  assert.ok(!isAlive(other.pid));
});

// A process whose parent has ended may be waited for by no other, and is then still in the table.
const hasEnded = async (pid) => {
  for (let attempt = 0; attempt < 1000 && isAlive(pid); attempt += 1) {
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    if (state.split(") ")[1]?.startsWith("Z")) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return !isAlive(pid);
};

const starting = (then) => [
  "--input-type=module",
  "--eval",
  `import { startServer } from "s3seal"; console.log((await startServer()).pid); ${then}`,
];

test("a process can end without stop, and the server ends with it", async () => {
  const { stdout } = await run(process.execPath, starting(""));
  assert.ok(await hasEnded(Number(stdout)));
});

test("the server ends with a process that is killed", async () => {
  const child = spawn(process.execPath, starting("setInterval(() => {}, 1000);"), { stdio: ["ignore", "pipe", "inherit"] });
  const pid = Number(await new Promise((resolve) => child.stdout.once("data", resolve)));
  assert.ok(isAlive(pid));
  child.kill("SIGKILL");
  assert.ok(await hasEnded(pid));
});

test("the command is the program: output, exit status, signals", async () => {
  const { stdout } = await run(process.execPath, [command, "--version"]);
  assert.match(stdout, /^s3seal \d/);
  await assert.rejects(run(process.execPath, [command, "get"]), { code: 2 });
  const child = spawn(process.execPath, [command, "mock"], { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  child.kill("SIGTERM");
  assert.deepEqual(await new Promise((resolve) => child.once("close", (...status) => resolve(status))), [143, null]);
});
