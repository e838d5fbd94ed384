"""Opens every page of the book in a headless Chromium, wide in the light theme and narrow in a dark one (all four with
S3SEAL_BOOK_VIEWS=all), and prints what is wrong with it.

python3 book_browser.py CHROMEDRIVER-URL FOLDER AXE.min.js [PNG-FOLDER]

FOLDER is what `mdbook build` wrote. A finding is a line: page, widths and themes, rule, selector. A page must not be wider than its
window, needs no host but its own, asks for nothing that is not there, shows all its images, and has no serious or critical
finding of axe-core. The search must find a word. With PNG-FOLDER, each view is kept as a picture. S3SEAL_BOOK_PAGE selects the pages
whose path contains its value. Exit status 1 if there is a finding.

It speaks WebDriver (W3C), which is JSON over http.
"""

import base64
import collections
import contextlib
import functools
import http.server
import json
import os
import pathlib
import sys
import threading
import urllib.request

driver, folder, axe_file, *pictures = sys.argv[1:]
folder = pathlib.Path(folder)
WIDTHS = {"wide": (1280, 900), "narrow": (390, 844)}
# Widths change the layout, themes the colours: two views have all of both.
VIEWS = [("wide", "light"), ("narrow", "dark")]
if os.environ.get("S3SEAL_BOOK_VIEWS") == "all":
    VIEWS += [("wide", "dark"), ("narrow", "light")]
# print.html is all pages once more, toc.html the frame of the contents for browsers without scripts.
NOT_PAGES = {"print.html", "toc.html"}
AXE = pathlib.Path(axe_file).read_text()

# What sticks out of the window, unless something around it scrolls or cuts it off; nothing where the page is as wide as its window.
TOO_WIDE = """
const page = document.documentElement, edge = page.clientWidth;
if (page.scrollWidth <= edge) return [];
const hides = (element) => element && element !== document.body &&
  (getComputedStyle(element).overflowX !== "visible" || getComputedStyle(element).position === "fixed" || hides(element.parentElement));
const name = (element) => element.tagName.toLowerCase() + (element.id ? "#" + element.id : "") +
  [...element.classList].map((it) => "." + it).join("") + " “" + element.textContent.trim().slice(0, 40) + "”";
const out = [...document.body.querySelectorAll("*")].filter((it) => it.getBoundingClientRect().right > edge + 1 && !hides(it));
const innermost = out.filter((it) => !out.some((other) => other !== it && it.contains(other)));
return [`${page.scrollWidth} > ${edge}: ` + (innermost.slice(0, 3).map(name).join(", ") || "?")];
"""
# A script or style of ours with the name of one of mdBook's would take its place.
SCRIPTS_RAN = """
return !document.querySelector("main pre > code") || !!document.querySelector("main pre > code.hljs") ? [] : ["no code is highlighted"];
"""
# Lazy images are not asked for before they are seen.
BROKEN_IMAGES = """
const done = arguments[arguments.length - 1];
const images = [...document.images];
images.forEach((it) => { it.loading = "eager"; });
const loaded = images.map((it) => it.decode().catch(() => null));
Promise.all(loaded).then(() => done(images.filter((it) => it.naturalWidth === 0).map((it) => it.getAttribute("src"))));
"""
# The table of contents is much of the work, and nearly the same everywhere: that of some pages is enough.
RUN_AXE = """
const done = arguments[arguments.length - 1];
const exclude = location.pathname.endsWith("index.html") ? [] : [["#mdbook-sidebar"]];
axe.run({ exclude }, { resultTypes: ["violations"] }).then((result) => done(result.violations
  .filter((it) => it.impact === "serious" || it.impact === "critical")
  .flatMap((it) => it.nodes.map((node) => [`${it.id} (${it.impact})`, node.target.join(" ")]))), (error) => done([["axe failed", String(error)]]));
"""
# As a reader does it: open the search, type, read.
SEARCH = """
const [word, done] = arguments;
const field = () => document.getElementById("mdbook-searchbar");
if (!field()) return done([]);
document.getElementById("mdbook-search-toggle")?.click();
const deadline = Date.now() + 15000;
const typed = () => {
  field().value = word;
  field().dispatchEvent(new InputEvent("input", { bubbles: true }));
  field().dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
};
const look = () => {
  const found = [...document.querySelectorAll("#mdbook-searchresults li a")].map((it) => it.getAttribute("href"));
  if (found.length || Date.now() > deadline) return done(found);
  typed();
  setTimeout(look, 200);
};
look();
"""


class Server(http.server.SimpleHTTPRequestHandler):
    """Serves the book, and notes what is not there."""

    missing = []

    def log_message(self, *_):
        pass

    def send_error(self, code, *rest):
        Server.missing.append(f"{code} {self.path}")
        super().send_error(code, *rest)


def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(driver + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)["value"]


class Browser:
    def __init__(self):
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking",
                            "--hide-scrollbars", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]}
        capabilities = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        answer = ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = f"/session/{answer['sessionId']}"
        ask("POST", f"{self.session}/timeouts", {"script": 60000, "pageLoad": 30000})

    def devtools(self, command, **parameters):
        return ask("POST", f"{self.session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def view(self, width, height, theme):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        # Movements would only be awaited.
        features = [{"name": "prefers-color-scheme", "value": theme}, {"name": "prefers-reduced-motion", "value": "reduce"}]
        self.devtools("Emulation.setEmulatedMedia", features=features)

    def open(self, url):
        ask("POST", f"{self.session}/url", {"url": url})

    def run(self, script, *arguments):
        return ask("POST", f"{self.session}/execute/sync", {"script": script, "args": arguments})

    def wait_for(self, script, *arguments):
        return ask("POST", f"{self.session}/execute/async", {"script": script, "args": arguments})

    def complaints(self):
        return [it["message"] for it in ask("POST", f"{self.session}/se/log", {"type": "browser"}) if it["level"] == "SEVERE"]

    def picture(self, file):
        pathlib.Path(file).write_bytes(base64.b64decode(ask("GET", f"{self.session}/screenshot")))

    def close(self):
        ask("DELETE", self.session)


def findings(browser):
    """The findings of the page that is open: rule and selector."""
    yield from (("wider than the window", it) for it in browser.run(TOO_WIDE))
    yield from (("mdBook's scripts", it) for it in browser.run(SCRIPTS_RAN))
    yield from (("broken image", it) for it in browser.wait_for(BROKEN_IMAGES))
    yield from (("not there", it) for it in Server.missing)
    Server.missing.clear()
    yield from (("browser's log", it) for it in browser.complaints())
    browser.run(AXE)
    yield from map(tuple, browser.wait_for(RUN_AXE))


def main():
    pages = sorted(str(it.relative_to(folder)) for it in folder.rglob("*.html"))
    pages = [it for it in pages if it not in NOT_PAGES and os.environ.get("S3SEAL_BOOK_PAGE", "") in it]
    if not pages:
        sys.exit(f"{folder} has no such pages")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Server, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_port}/"
    seen = collections.defaultdict(dict)
    with contextlib.closing(Browser()) as browser:
        for width, theme in VIEWS:
            browser.view(*WIDTHS[width], theme)
            for page in pages:
                browser.open(root + page)
                for rule, selector in findings(browser):
                    seen[page, rule, selector.replace(root, "/")][f"{width} {theme}"] = True
                if pictures:
                    browser.picture(pathlib.Path(pictures[0], f"{page.replace('/', '_')}-{width}-{theme}.png"))
            browser.open(root + "index.html")
            if not browser.wait_for(SEARCH, "rotate"):
                seen["index.html", "search", "finds nothing for “rotate”"][f"{width} {theme}"] = True
    for (page, rule, selector), views in seen.items():
        views = "everywhere" if len(views) == len(VIEWS) else ", ".join(views)
        print(f"{page} ({views}): {rule}: {selector}")
    print(f"{len(pages)} pages in {len(VIEWS)} views, {len(seen)} findings")
    sys.exit(bool(seen))


main()
