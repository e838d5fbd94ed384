"""Kills commands of the program at random moments, and looks at what is left.

    kills.py PROGRAM KILLS SEED      in an empty folder; the AWS_* environment names a store with a bucket `lab`

Each round prepares a source, kills the command up to three times, and lets it end the next time. After each kill every
file must still be whole on one side at least, and no object may be readable without a key. After the last run the
destination holds exactly the source, and neither partial files nor throw-away objects are left.
"""

import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = "lab"
SMALL_FILES = 60
LARGE_BYTES = 24 << 20
KILLS_A_ROUND = 3
PATIENCE_SECONDS = 120


class Wrong(Exception):
    """What was found differs from what the program promises."""


def tree_of(folder):
    """The files below a folder by name, with their contents."""
    files = (path for path in Path(folder).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def write_tree(folder, tree):
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in tree.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


class Store:
    """The store, seen by another client."""

    def __init__(self):
        style = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3})
        self.s3 = boto3.client("s3", config=style)

    def names(self, prefix=""):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def tree(self, prefix, *keys):
        """The objects below a prefix by name, with what one of the keys opens."""
        return {name[len(prefix) :]: self.content(name, *keys) for name in self.names(prefix)}

    def content(self, name, *keys):
        for key in keys:
            try:
                found = self.s3.get_object(
                    Bucket=BUCKET, Key=name, SSECustomerAlgorithm="AES256", SSECustomerKey=key
                )
                return found["Body"].read()
            except ClientError as error:
                code = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if code not in (400, 403):
                    raise
        raise Wrong(f"no key opens {name}")

    def is_plain(self, name):
        try:
            self.s3.head_object(Bucket=BUCKET, Key=name)
        except ClientError:
            return False
        return True

    def put(self, prefix, tree, key):
        for name, content in tree.items():
            self.s3.put_object(
                Bucket=BUCKET,
                Key=prefix + name,
                Body=content,
                SSECustomerAlgorithm="AES256",
                SSECustomerKey=key,
            )

    def empty(self, prefix=""):
        for name in self.names(prefix):
            self.s3.delete_object(Bucket=BUCKET, Key=name)

    def uploads(self):
        found = self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        return [item["Key"] for item in found]


class Campaign:
    def __init__(self, program, seed):
        self.program = program
        self.random = random.Random(seed)
        self.store = Store()
        self.old, self.new = os.urandom(32), os.urandom(32)
        for name, key in (("old.key", self.old), ("new.key", self.new)):
            Path(name).write_bytes(key)
            os.chmod(name, 0o600)
        sizes = [self.random.randrange(0, 40_000) for _ in range(SMALL_FILES)]
        self.tree = {f"d{i % 7}/f{i:03}": os.urandom(size) for i, size in enumerate(sizes)}
        self.tree["large"] = os.urandom(LARGE_BYTES)
        self.kills = 0
        self.durations = {}

    # One method a command: it prepares the source, and returns the arguments.

    def put(self):
        write_tree("source", self.tree)
        return ["put", "-r", "-k", "./old.key", "source", f"s3://{BUCKET}/w/"]

    def put_one(self):
        write_tree("source", self.tree)
        return ["put", "-k", "./old.key", "source/large", f"s3://{BUCKET}/w/large"]

    def get(self):
        self.store.put("w/", self.tree, self.old)
        return ["get", "-r", "-k", "./old.key", f"s3://{BUCKET}/w/", "target"]

    def get_one(self):
        self.store.put("w/", {"large": self.tree["large"]}, self.old)
        return ["get", "-k", "./old.key", f"s3://{BUCKET}/w/large", "target/large"]

    def sync_up(self):
        write_tree("source", self.tree)
        self.store.put("w/", {"gone/x": b"x", "d0/f000": b"former"}, self.old)
        return ["sync", "--delete", "-k", "./old.key", "source", f"s3://{BUCKET}/w/"]

    def sync_down(self):
        self.store.put("w/", self.tree, self.old)
        write_tree("target", {"gone/x": b"x", "d0/f000": b"former"})
        return ["sync", "--delete", "-k", "./old.key", f"s3://{BUCKET}/w/", "target"]

    def cp(self):
        self.store.put("s/", self.tree, self.old)
        keys = ["--source-key", "./old.key", "-k", "./new.key"]
        return ["cp", "-r", *keys, f"s3://{BUCKET}/s/", f"s3://{BUCKET}/w/"]

    def mv(self):
        self.store.put("s/", self.tree, self.old)
        keys = ["--source-key", "./old.key", "-k", "./new.key"]
        return ["mv", "-r", *keys, f"s3://{BUCKET}/s/", f"s3://{BUCKET}/w/"]

    def mv_up(self):
        write_tree("source", self.tree)
        return ["mv", "-r", "-k", "./old.key", "source", f"s3://{BUCKET}/w/"]

    def mv_down(self):
        self.store.put("s/", self.tree, self.old)
        return ["mv", "-r", "-k", "./old.key", f"s3://{BUCKET}/s/", "target"]

    def rotate(self):
        self.store.put("w/", self.tree, self.old)
        return ["rotate", "--from", "./old.key", "--to", "./new.key", f"s3://{BUCKET}/w/"]

    COMMANDS = "put put_one get get_one sync_up sync_down cp mv mv_up mv_down rotate".split()
    MOVES = {"mv", "mv_up", "mv_down"}
    ONE = {"put_one", "get_one"}

    def round(self, command):
        """One command, killed until it may end; returns how often it was killed."""
        self.store.empty()
        for folder in ("source", "target", "state"):
            shutil.rmtree(folder, ignore_errors=True)
        Path("target").mkdir()
        arguments = getattr(self, command)()
        kills = 0
        expected = self.durations.get(command)
        while expected and kills < KILLS_A_ROUND:
            moment = self.random.uniform(0, expected)
            start = time.monotonic()
            if not self.is_killed(arguments, moment):
                self.durations[command] = time.monotonic() - start
                break
            kills += 1
            self.check_nothing_lost(command)
        start = time.monotonic()
        if self.has_work(command):
            self.complete(arguments)
        # The first round is not killed: it shows how long the command takes.
        self.durations.setdefault(command, time.monotonic() - start)
        self.check_done(command)
        return kills

    def has_work(self, command):
        """Whether a run has anything to do: what was moved completely has no source any more."""
        if command == "mv_up":
            return any(not name.endswith(".moved") for name in tree_of("source"))
        if command in ("mv", "mv_down"):
            return bool(self.store.names("s/"))
        return True

    def is_killed(self, arguments, moment):
        with open("said", "wb") as said:
            child = subprocess.Popen([self.program, *arguments], stdout=said, stderr=said, stdin=subprocess.DEVNULL)
            try:
                code = child.wait(moment)
            except subprocess.TimeoutExpired:
                child.kill()
                code = child.wait()
        if code > 0:
            raise Wrong(f"exit {code}: {Path('said').read_text()}")
        return code < 0

    def complete(self, arguments):
        run = subprocess.run(
            [self.program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        if run.returncode != 0:
            raise Wrong(f"exit {run.returncode}: {run.stderr.decode()}")

    def wanted(self, command):
        return {"large": self.tree["large"]} if command in self.ONE else self.tree

    def check_nothing_lost(self, command):
        sides = [tree_of("source"), tree_of("target")]
        plain = [name for name in self.store.names() if self.store.is_plain(name)]
        if plain:
            raise Wrong(f"readable without a key: {plain}")
        for prefix in ("s/", "w/"):
            sides.append(self.store.tree(prefix, self.old, self.new))
        for name, content in self.wanted(command).items():
            if not any(side.get(name) == content for side in sides):
                raise Wrong(f"{name} is whole nowhere")
        for name, content in tree_of("target").items():
            former = {"gone/x": b"x", "d0/f000": b"former"}
            is_partial = Path(name).name.startswith(".s3seal-")
            if not is_partial and content not in (self.tree.get(name), former.get(name)):
                raise Wrong(f"target/{name} is not whole")

    def check_done(self, command):
        wanted = self.wanted(command)
        local = command in ("get", "get_one", "sync_down", "mv_down")
        key = self.new if command in ("cp", "mv", "rotate") else self.old
        found = tree_of("target") if local else self.store.tree("w/", key)
        if found != wanted:
            differing = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
            raise Wrong(f"the destination differs in {differing}")
        if command in self.MOVES and self.store.names("s/"):
            raise Wrong(f"not moved: {self.store.names('s/')}")
        others = [name for name in self.store.names() if not name.startswith(("s/", "w/"))]
        if others:
            raise Wrong(f"objects that the program made for itself are left: {others}")
        partial = [str(path) for path in Path(".").rglob(".s3seal-*") if not self.is_stored(path, found)]
        if partial:
            raise Wrong(f"partial files are left: {partial}")
        if command in ("put", "put_one", "sync_up", "mv_up") and self.store.uploads():
            self.complete(["rm", "--incomplete", f"s3://{BUCKET}"])
        if self.store.uploads() and command not in ("cp", "mv", "rotate"):
            raise Wrong(f"uploads are left: {self.store.uploads()}")

    @staticmethod
    def is_stored(path, stored):
        """Whether it is a file that `mv` put aside once it was stored, and was killed before it deleted it."""
        aside = re.fullmatch(r"\.s3seal-[0-9a-f]{32}-(.+)\.moved", path.name)
        return aside and stored.get(str(path.relative_to("source").with_name(aside[1]))) == path.read_bytes()

    def run(self, wanted):
        passed = failed = 0
        killed = dict.fromkeys(self.COMMANDS, 0)
        while self.kills < wanted:
            for command in self.COMMANDS:
                try:
                    kills = self.round(command)
                    self.kills += kills
                    killed[command] += kills
                    passed += 1
                except Wrong as wrong:
                    failed += 1
                    # A command that never works must not be tried for ever.
                    self.kills += 1
                    print(f"FAIL {command}: {wrong}", flush=True)
        for command, kills in killed.items():
            print(f"ok   {command}: killed {kills} times")
        print(f"{passed} passed, {failed} failed")
        return failed


if __name__ == "__main__":
    program, kills, seed = sys.argv[1:]
    sys.exit(1 if Campaign(program, int(seed)).run(int(kills)) else 0)
