#!/usr/bin/env python3
"""Draws figures.csv as comparison.svg: for each piece of work one bar a client, as a multiple of s3seal's CPU time.

    python3 benches/chart.py

figures.csv holds work,client,cpu_seconds. Standard library only.
"""

import csv
import pathlib

HERE = pathlib.Path(__file__).parent
COLOURS = {"s3seal": "#0b7285"}
OTHERS = "#adb5bd"
ROW, BAR, LEFT, WIDTH, RIGHT, GAP = 20, 13, 150, 560, 70, 16
LONGEST = 10.0  # multiples; longer bars are cut and say so


def main():
    figures = {}
    with open(HERE / "figures.csv", newline="") as file:
        for row in csv.DictReader(file):
            figures.setdefault(row["work"], []).append((row["client"], float(row["cpu_seconds"])))

    shapes, y = [], 44
    for work, clients in figures.items():
        own = dict(clients)["s3seal"]
        shapes.append(f'<text x="0" y="{y}" class="work">{work}</text>')
        y += 8
        for client, seconds in sorted(clients, key=lambda pair: pair[1]):
            multiple = seconds / own
            length = WIDTH * min(multiple, LONGEST) / LONGEST
            colour = COLOURS.get(client, OTHERS)
            cut = " …" if multiple > LONGEST else ""
            shapes.append(
                f'<text x="{LEFT - 8}" y="{y + BAR - 2}" class="client">{client}</text>'
                f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2" fill="{colour}"/>'
                f'<text x="{LEFT + length + 6:.1f}" y="{y + BAR - 2}">{seconds:.2f} s{cut}</text>'
            )
            y += ROW
        y += GAP

    (HERE / "comparison.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{y}" '
        f'viewBox="0 0 {LEFT + WIDTH + RIGHT} {y}" role="img" aria-label="CPU seconds of S3 clients, less is better">'
        "<style>text{font:12px sans-serif;fill:#495057}.work{font-weight:bold;fill:#212529}"
        ".client{text-anchor:end}.title{font-size:14px;fill:#212529}</style>"
        f'<rect width="100%" height="100%" fill="#fff"/>'
        '<text x="0" y="18" class="title">Client CPU seconds over TLS with SSE-C (s5cmd: unsealed), less is better</text>'
        + "".join(shapes)
        + "</svg>\n"
    )


if __name__ == "__main__":
    main()
