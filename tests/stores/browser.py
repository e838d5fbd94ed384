"""Loads a page in a headless Chromium, chooses a file in its input #key, and prints what a function of the page returns.

python3 browser.py CHROMEDRIVER-URL PAGE-URL FILE FUNCTION [ARGUMENT]

It speaks WebDriver (W3C), which is JSON over http.
"""

import json
import os
import sys
import urllib.request

driver, page, file, function, *arguments = sys.argv[1:]
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def ask(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(driver + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=50) as answer:
        return json.load(answer)["value"]


options = {"args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]}
# The store's certificate is of an authority of its own.
capabilities = {"browserName": "chrome", "acceptInsecureCerts": True, "goog:chromeOptions": options}
session = "/session/" + ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})["sessionId"]
try:
    ask("POST", session + "/timeouts", {"script": 30000, "pageLoad": 30000})
    ask("POST", session + "/url", {"url": page + "/index.html"})
    element = ask("POST", session + "/element", {"using": "css selector", "value": "#key"})[ELEMENT]
    ask("POST", f"{session}/element/{element}/value", {"text": os.path.abspath(file)})
    call = f"const done = arguments[arguments.length - 1]; window.{function}(...[].slice.call(arguments, 0, -1)).then(done, (error) => done(String(error)));"
    print(ask("POST", session + "/execute/async", {"script": call, "args": arguments}))
finally:
    ask("DELETE", session)
