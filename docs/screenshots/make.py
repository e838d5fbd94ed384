#!/usr/bin/env python3
"""The pictures of a terminal in the book: docs/src/screenshots/NAME.svg.

S3SEAL=target/debug/s3seal python3 docs/screenshots/make.py [--check]    (PyPI: rich==15.0.0)

With --check it writes nothing, and fails if a picture is not what it would write.

Runs the commands below on a pseudo-terminal of 80 columns against the embedded server, and draws what they print. Keys are fixed, and
the server's port and access key are replaced, and lines
of objects sorted, so that a picture changes only with the program.
"""

import base64
import fcntl
import hashlib
import io
import os
import pathlib
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import time

from rich.console import Console
from rich.text import Text

COLUMNS, ROWS = 80, 60
SHOTS = pathlib.Path(__file__).resolve().parent.parent / "src" / "screenshots"
PROGRAM = pathlib.Path(os.environ["S3SEAL"]).resolve(strict=True)
# Of one run of the server: what takes its place has the same length where columns matter.
OF_ONE_RUN = [(r"(localhost|127\.0\.0\.1):\d{4,5}", r"\1:9000"), (r"(access key …)\w{4}", r"\1DEMO")]

# Several objects are looked at at once: their lines come in any order.
ROW = re.compile(r"(?:\x1b\[[0-9;]*m)*(?:sealed|locked|plain|sse-s3)\b.* (s3://\S+)")

# name: title of the window, options of the server, commands that are not shown, commands that are
PICTURES = {
    "help": ("s3seal put -h", [], [], ["s3seal put -h"]),
    "doctor": ("a store that takes the key, and ignores it", ["--behave", "ignores-sse-c", "--tls"], [], ["s3seal doctor s3://demo"]),
    "audit": (
        "which objects are sealed, and with which key",
        [],
        [
            "s3seal put -q -k ./old.key dump.sql s3://demo/2024/",
            "s3seal put -q -k ./new.key dump.sql README.md s3://demo/2026/",
            "s3seal put -q -k ./lost.key dump.sql s3://demo/inbox/",
            "s3seal put -q --no-key README.md s3://demo/inbox/",
        ],
        ["s3seal audit --list -k ./new.key -k ./old.key s3://demo"],
    ),
    "errors": (
        "errors say what happened, and what to do",
        [],
        ["s3seal put -q -k ./old.key dump.sql s3://demo/2026/"],
        [
            "s3seal put dump.sql s3://demo/2026/",
            "s3seal get -k ./new.key s3://demo/2026/dump.sql copy.sql",
            "s3seal get -k ./old.key s3://demo/2026/dumb.sql copy.sql",
        ],
    ),
}

# One picture for both themes of the book: a dark window, and the fonts that the reader has.
FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" class="screenshot" viewBox="0 0 {width} {height}" width="{width}" height="{height}">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-family: system-ui, sans-serif; font-size: 18px; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def key(name):
    """A key that is the same in each run."""
    return base64.b64encode(hashlib.sha256(name.encode()).digest()).decode() + "\n"


def environment(folder):
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL") if name in os.environ}
    return kept | {"PATH": f"{PROGRAM.parent}:/usr/bin:/bin", "HOME": str(folder), "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def start_server(folder, options):
    server = subprocess.Popen([PROGRAM, "mock", "--env-file", "server.env", *options], cwd=folder, env=environment(folder),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (folder / "server.env").exists():
        if server.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("the server does not start")
        time.sleep(0.05)
    return server


def on_terminal(command, folder):
    """What the command prints on a terminal, colours included."""
    main, other = pty.openpty()
    fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(["bash", "-c", f". ./server.env && {command}"], cwd=folder, env=environment(folder),
                               stdin=other, stdout=other, stderr=other, start_new_session=True)
    os.close(other)
    said = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:
            break
        if not piece:
            break
        said += piece
    os.close(main)
    process.wait(timeout=60)
    # Progress is drawn over: what is left of a line is what follows its last return.
    text = re.sub(r"\x1b\[[0-9;?]*[A-LN-Za-ln-z]", "", said.decode()).replace("\r\n", "\n")
    text = "\n".join(line.rpartition("\r")[2] for line in text.split("\n"))
    for pattern, replacement in OF_ONE_RUN:
        text = re.sub(pattern, replacement, text)
    lines = text.rstrip("\n").split("\n")
    rows = iter(sorted(filter(ROW.match, lines), key=lambda line: ROW.match(line).group(1)))
    return [next(rows) if ROW.match(line) else line for line in lines]


def picture(name, title, options, before, commands):
    """The picture as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for label in ("old", "new", "lost"):
            (folder / f"{label}.key").write_text(key(label))
            (folder / f"{label}.key").chmod(0o600)
        (folder / "dump.sql").write_text("create table t (n integer);\n" * 1000)
        (folder / "README.md").write_text("# Backups\n")
        server = start_server(folder, options)
        try:
            for command in before:
                subprocess.run(["bash", "-c", f". ./server.env && {command}"], cwd=folder, env=environment(folder), check=True)
            console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False)
            for index, command in enumerate(commands):
                if index:
                    console.print()
                console.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
                for line in map(Text.from_ansi, on_terminal(command, folder)):
                    # As a terminal does it, not between words.
                    for piece in line.divide(range(COLUMNS, len(line), COLUMNS)) or [line]:
                        console.print(piece)
        finally:
            server.terminate()
            server.wait(timeout=30)
    svg = console.export_svg(title=title, code_format=FORMAT, unique_id=f"shot-{name}")
    return "\n".join(line.rstrip() for line in svg.splitlines() if line.strip()) + "\n"


def main():
    checks = sys.argv[1:] == ["--check"]
    SHOTS.mkdir(exist_ok=True)
    stale = []
    for name, parts in PICTURES.items():
        file, svg = SHOTS / f"{name}.svg", picture(name, *parts)
        if not checks:
            file.write_text(svg)
        elif not file.exists() or file.read_text() != svg:
            stale.append(file.name)
    for name in stale:
        print(f"docs/src/screenshots/{name} is not what the program prints now: run docs/screenshots/make.py")
    sys.exit(bool(stale))


main()
