#!/usr/bin/env bash
# The diagrams of the book: docs/src/diagrams/NAME.svg from NAME.dot beside this script, for `{{#include}}` in a page.
# They have no colours of their own: docs/book.css gives them those of the page's theme.
#
#   docs/diagrams/make.sh            makes them (Debian: graphviz, fonts-dejavu-core)
#   docs/diagrams/make.sh --check    fails if one was made of another .dot; needs no Graphviz

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
out=../src/diagrams

python3 - "$out" "${1:-}" <<'PY'
import hashlib, html, pathlib, re, subprocess, sys

out, mode = pathlib.Path(sys.argv[1]), sys.argv[2]
if mode not in ("", "--check"):
    sys.exit("usage: docs/diagrams/make.sh [--check]")

# DejaVu Sans is wider than the fonts of the page, so that the text fits its boxes there.
LAYOUT = {
    "-G": {"rankdir": "TB", "nodesep": "0.18", "ranksep": "0.3", "pad": "0.03", "fontname": "DejaVu Sans", "fontsize": "13",
           "labeljust": "l", "bgcolor": "transparent"},
    "-N": {"shape": "box", "style": "rounded", "fontname": "DejaVu Sans", "fontsize": "12", "margin": "0.1,0.07", "height": "0.3",
           "width": "0.3"},
    "-E": {"fontname": "DejaVu Sans", "fontsize": "11", "arrowsize": "0.7"},
}


def digest(dot):
    return hashlib.sha256(dot.read_bytes()).hexdigest()


def make(dot):
    name = dot.stem
    options = [f"{kind}{key}={value}" for kind, settings in LAYOUT.items() for key, value in settings.items()]
    svg = subprocess.run(["dot", "-Tsvg", *options, dot], check=True, capture_output=True, text=True).stdout
    title, description = (re.search(rf"^// {it}: (.+)$", dot.read_text(), re.M).group(1) for it in ("title", "desc"))
    width, height = re.search(r'viewBox="0\.00 0\.00 ([\d.]+) ([\d.]+)"', svg).groups()
    body = svg[svg.index("<g ") : svg.rindex("</svg>")]
    body = re.sub(r"<!--.*?-->", "", body, flags=re.S)
    # Titles and links of nodes would be tooltips, so is whatever links leave.
    body = re.sub(r"<title>.*?</title>", "", body, flags=re.S)
    body = re.sub(r'</?a\b[^>]*>', "", body)
    body = re.sub(r'<polygon fill="(?:transparent|white)"[^>]*/>', "", body)
    body = re.sub(r'<g id="[^"]*">\s*</g>', "", body)
    body = re.sub(r'<g id="a_[^"]*">(.*?)</g>', r"\1", body, flags=re.S)
    body = re.sub(r'\bid="([^"]+)"', lambda it: f'id="{name}-{it.group(1)}"', body)
    body = re.sub(r' font-family="[^"]*"', "", body)
    body = body.replace('"black"', '"currentColor"').replace('"#000000"', '"currentColor"')
    body = re.sub(r"<text ", '<text fill="currentColor" ', body)
    body = "\n".join(line.rstrip() for line in body.splitlines() if line.strip())
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc" '
        f'width="{float(width):.0f}" height="{float(height):.0f}" viewBox="0 0 {width} {height}">\n'
        f'<title id="{name}-title">{html.escape(title, quote=False)}</title>\n'
        f'<desc id="{name}-desc">{html.escape(description, quote=False)}</desc>\n'
        f"<!-- Made by docs/diagrams/make.sh of {dot.name}, SHA-256 {digest(dot)} -->\n"
    )
    (out / f"{name}.svg").write_text(f"{head}{body}\n</svg>\n")
    print(f"{out.name}/{name}.svg: {width} x {height}")


stale = []
for dot in sorted(pathlib.Path().glob("*.dot")):
    if mode == "":
        make(dot)
    elif not (svg := out / f"{dot.stem}.svg").exists() or digest(dot) not in svg.read_text():
        stale.append(dot.name)
stray = [svg.name for svg in sorted(out.glob("*.svg")) if not pathlib.Path(f"{svg.stem}.dot").exists()]
for name in stale:
    print(f"docs/diagrams/{name} has changed since its diagram was made: run docs/diagrams/make.sh")
for name in stray:
    print(f"docs/src/diagrams/{name} has no .dot")
sys.exit(bool(stale or stray))
PY
