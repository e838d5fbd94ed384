#!/usr/bin/env bash
# A real browser: Chromium, headless, on a page of another origin than the store's, downloads and uploads sealed objects with
# the module of `s3seal presign --as fetch` and the CORS rule that comes with it, against `s3seal mock` over http and TLS.
# The key comes from a file that is chosen in the page. Debian: chromium, chromium-driver.
#
#   S3SEAL=target/release/s3seal tests/stores/browser.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
command -v chromium >/dev/null && command -v chromedriver >/dev/null ||
  { echo "chromium is missing (Debian: chromium, chromium-driver)"; exit 1; }
install_tools
isolate
cd "$scratch"

mkdir page
cat >page/index.html <<'HTML'
<!doctype html>
<meta charset="utf-8">
<title>sealed objects</title>
<input type="file" id="key">
<script type="module">
  import { download } from "./download.js";
  import { upload } from "./upload.js";
  const key = () => document.getElementById("key").files[0];
  const told = (action) => action().catch((error) => `${error.name}: ${error.message}`);
  window.openSealed = () => told(async () => {
    const answer = await download(key());
    return `${answer.headers.get("etag") !== null} ${await answer.text()}`;
  });
  window.seal = (text) => told(async () => {
    const answer = await upload(key(), new File([text], "page.txt", { type: "text/plain" }));
    return `${answer.status} ${answer.headers.get("etag") !== null}`;
  });
</script>
HTML

# in_page KEYFILE FUNCTION [ARGUMENT]: loads the page, chooses the key, and prints what the function returns.
in_page() { timeout 60 python3 "$stores/browser.py" "$driver" "$page" "$@"; }
# shows EXPECTED KEYFILE FUNCTION [ARGUMENT]
shows() {
  local expected=$1 shown
  shift
  shown=$(in_page "$@") || return
  case $shown in
    $expected) ;;
    *) echo "the page shows '$shown' instead of '$expected'"; return 1 ;;
  esac
}
presign() { s3seal presign -q -k keys/key --as fetch --origin "$page" "$@"; }
# allow PRESIGN-ARGUMENT…: the bucket gets the rules that come with the modules of these calls, and no other.
allow() {
  s3seal presign --json -k keys/key --as fetch --origin "$page" s3://demo/sealed >get.json &&
    s3seal presign --json -k keys/key --as fetch --origin "$page" --method PUT s3://demo/by-page >put.json &&
    python3 -c 'import json; print(json.dumps({"CORSRules": [json.load(open(f))["cors"]["CORSRules"][0] for f in ("get.json", "put.json")]}))' >cors.json &&
    aws s3api put-bucket-cors --bucket demo --cors-configuration file://cors.json
}
written() {
  s3seal get -q -k keys/key s3://demo/by-page back && [ "$(cat back)" = "from the page" ] &&
    s3seal head --json -k keys/key s3://demo/by-page | grep -q '"ContentType": *"text/plain"'
}
absent() { refused 3 by-page s3seal head -k keys/key s3://demo/by-page; }

page_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
page=http://127.0.0.1:$page_port
serve page.log python3 -m http.server --bind 127.0.0.1 --directory page "$page_port"
answers "$page_port" page.log
driver_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
driver=http://127.0.0.1:$driver_port
serve driver.log chromedriver --port="$driver_port"
answers "$driver_port" driver.log

in_browser() {
  local label=$1
  rm -rf keys && mkdir keys
  s3seal keygen -q -o keys/key
  s3seal keygen -q -o keys/other
  s3seal key convert -q keys/key --as aws -o keys/raw
  printf 'content of the object' >object
  s3seal put -q -k keys/key object s3://demo/sealed
  check "$label: the module that downloads" eval 'presign s3://demo/sealed >page/download.js'
  check "$label: the module that uploads" eval 'presign --method PUT s3://demo/by-page >page/upload.js'
  check "$label: without a rule, the browser sends no key" shows 'TypeError: *' keys/key openSealed
  check "$label: nor the object" shows 'TypeError: *' keys/key seal 'from the page'
  check "$label: and nothing is written" absent
  check "$label: the rule" allow
  check "$label: download with a key file" shows 'true content of the object' keys/key openSealed
  check "$label: download with the raw key" shows 'true content of the object' keys/raw openSealed
  check "$label: upload" shows '200 true' keys/key seal 'from the page'
  check "$label: what was uploaded is sealed" written
  check "$label: another key is refused" shows 'Error: 40[03]: *' keys/other openSealed
  check "$label: what is no key is not sent" shows 'TypeError: this is no key*' object openSealed
  check "$label: no key is in the log of requests" tells_no_key requests.json keys/raw
  check "$label: no key is in the page" eval 'cat page/*.js >modules && tells_no_key modules keys/raw'
}

for scheme in http https; do
  case $scheme in
    http) start_mock ;;
    https) start_mock --tls --require-tls ;;
  esac
  in_browser "$scheme"
  stop_mock
done

summary
