#!/usr/bin/env python3
"""Slow lines and distant stores: s3seal beside rclone and s5cmd, those that are installed, on the embedded server.

    cargo build --release && python3 benches/lines.py

For each line, each client uploads and downloads one file. Printed are wall and CPU seconds, the most large bodies that
moved at once, and what of the moved bytes was kept after `kill -9` in the middle: what the next run did not move again.
The server limits bandwidth and delays answers; it loses no packets. s5cmd has no SSE-C and is measured unsealed.
Variables: S3SEAL (the program), MIB (the size of the file, 64).
"""

import base64
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))
S3SEAL = os.path.realpath(os.environ.get("S3SEAL", os.path.join(TARGET, "release/s3seal")))
MIB = int(os.environ.get("MIB", "64"))
SIZE = MIB << 20
# Bytes a second, and the delay of each answer.
LINES = [("2M", "20ms"), ("10M", "100ms"), ("100M", "50ms")]


def commands(lab, environment):
    """Each client's command lines for an upload and for a download."""
    key, large, out = f"{lab}/key", f"{lab}/large", f"{lab}/out"
    endpoint = environment["AWS_ENDPOINT_URL"]
    s5cmd = ["s5cmd", "--endpoint-url", endpoint, "--no-verify-ssl", "--log", "error", "cp"]
    return {
        "s3seal": (
            [S3SEAL, "put", "-q", "-k", key, large, "s3://bench/s3seal/large"],
            [S3SEAL, "get", "-q", "-k", key, "s3://bench/s3seal/large", out],
        ),
        "rclone": (
            ["rclone", "copyto", large, "s:bench/rclone/large"],
            ["rclone", "copyto", "s:bench/rclone/large", out],
        ),
        "s5cmd": (
            [*s5cmd, large, "s3://bench/s5cmd/large"],
            [*s5cmd, "s3://bench/s5cmd/large", out],
        ),
    }


def start_server(lab, bandwidth, latency):
    """The server's process, and the environment for its clients."""
    env_file = f"{lab}/env"
    server = subprocess.Popen(
        [S3SEAL, "mock", "--tls", "--bucket", "bench", "--env-file", env_file, "--log", f"{lab}/log",
         "--bandwidth", bandwidth, "--latency", latency],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.exists(env_file):
        assert server.poll() is None, "the server does not start"
        time.sleep(0.05)
    environment = dict(os.environ, XDG_STATE_HOME=f"{lab}/state", RCLONE_CONFIG="/dev/null")
    shell = subprocess.run(["sh", "-c", f". {env_file}; env"], capture_output=True, text=True, check=True)
    environment.update(line.split("=", 1) for line in shell.stdout.splitlines() if line.startswith(("AWS_", "SSL_")))
    with open(f"{lab}/key", "rb") as file:
        key = base64.b64encode(file.read()).decode()
    environment.update(
        RCLONE_CONFIG_S_TYPE="s3", RCLONE_CONFIG_S_PROVIDER="Other", RCLONE_CONFIG_S_ENV_AUTH="true",
        RCLONE_CONFIG_S_ENDPOINT=environment["AWS_ENDPOINT_URL"], RCLONE_CA_CERT=environment["AWS_CA_BUNDLE"],
        RCLONE_S3_NO_CHECK_BUCKET="true", RCLONE_CONFIG_S_SSE_CUSTOMER_ALGORITHM="AES256",
        RCLONE_CONFIG_S_SSE_CUSTOMER_KEY_BASE64=key)
    return server, environment


class Log:
    """The requests that the server has logged since this was made."""

    def __init__(self, lab):
        self.file = open(f"{lab}/log", encoding="utf-8")
        self.file.seek(0, os.SEEK_END)

    def bodies(self):
        """When each large body began and ended (seconds since 1970), and its bytes."""
        found = []
        for line in self.file:
            request = json.loads(line)
            moved = request["bytesIn"] + request["bytesOut"]
            if moved >= 1 << 18:
                begun = time.mktime(time.strptime(request["time"][:19], "%Y-%m-%dT%H:%M:%S"))
                begun += float("0" + request["time"][19:-1])
                found.append((begun, begun + request["milliseconds"] / 1000, moved))
        return found


def most_at_once(bodies):
    return max((sum(other[0] <= body[0] < other[1] for other in bodies) for body in bodies), default=0)


def run(command, environment):
    """Wall and CPU seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return time.monotonic() - began, cpu


def settle(log):
    """The bodies that have been logged, once the server has noticed that a client is gone."""
    time.sleep(1.5)
    return log.bodies()


def measure(lab, command, environment, clean):
    clean()
    log = Log(lab)
    wall, cpu = run(command, environment)
    at_once = most_at_once(settle(log))
    clean()
    log = Log(lab)
    killed = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(wall * 0.6)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    moved = sum(body[2] for body in settle(log))
    log = Log(lab)
    run(command, environment)
    again = sum(body[2] for body in settle(log))
    kept = max(0, SIZE - again)
    return wall, cpu, at_once, moved, kept


def main():
    present = [name for name in ("s3seal", "rclone", "s5cmd") if name == "s3seal" or shutil.which(name)]
    print(f"{MIB} MiB; clients: {', '.join(present)}")
    print("| line | client | work | wall s | CPU s | at once | moved before the kill, MiB | kept, MiB |")
    print("|---|---|---|---|---|---|---|---|")
    for bandwidth, latency in LINES:
        with tempfile.TemporaryDirectory() as lab:
            subprocess.run([S3SEAL, "keygen", "--format", "raw", "-o", f"{lab}/key"], check=True, stderr=subprocess.DEVNULL)
            with open(f"{lab}/large", "wb") as file:
                file.write(os.urandom(SIZE))
            server, environment = start_server(lab, bandwidth, latency)
            try:
                for client in present:
                    up, down = commands(lab, environment)[client]

                    def clean_up():
                        url = f"s3://bench/{client}/large"
                        subprocess.run([S3SEAL, "rm", "-q", url], env=environment, check=True)

                    def clean_down():
                        if os.path.exists(f"{lab}/out"):
                            os.unlink(f"{lab}/out")

                    for work, command, clean in (("up", up, clean_up), ("down", down, clean_down)):
                        figures = measure(lab, command, environment, clean)
                        wall, cpu, at_once, moved, kept = figures
                        print(f"| {bandwidth}B/s, {latency} | {client} | {work} | {wall:.1f} | {cpu:.2f} | {at_once} "
                              f"| {moved / (1 << 20):.0f} | {kept / (1 << 20):.0f} |", flush=True)
            finally:
                server.terminate()
                server.wait()


if __name__ == "__main__":
    sys.exit(main())
