#!/usr/bin/env bash
# Keys in other programs' hands: those that were derived, redone by Python and OpenSSL; those that were converted, in
# aws-cli, rclone, s3fs, curl, obstore, polars, delta-rs and Litestream, unmodified, against `s3seal mock` over http and
# TLS; and those that both aws-cli and s3seal are given in aws-cli's spellings.
#
#   S3SEAL=target/release/s3seal tests/stores/keys.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
install_tools
isolate
cd "$scratch"

# --- Derived keys: the vectors of docs/src/how-to/keys.md, and names that no table takes ----------------

examples=$(realpath -e "$stores/../../examples")
printf '%s\n' AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8= >master
chmod 600 master

by_s3seal() { s3seal key derive -q -k ./master "s3://$1/$2"; }
by_python() { "$venv/bin/python" "$examples/derive.py" "$1" "$2" <master; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
by_openssl() {
  openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexsalt:"$(printf s3seal | hex)" \
    -kdfopt hexkey:"$(base64 -d master | hex)" \
    -kdfopt hexinfo:"$({ printf 's3seal object key v1\0%s\0' "$1"; printf %s "$2"; } | hex)" -binary HKDF | base64
}

# derives BUCKET KEY [EXPECTED]: all three programs agree.
derives() {
  local expected=${3:-$(by_python "$1" "$2")} by found
  for by in by_s3seal by_python by_openssl; do
    found=$("$by" "$1" "$2") || return
    [ "$found" = "$expected" ] || { echo "$by: $found instead of $expected"; return 1; }
  done
}

count=0
while IFS='`' read -r _ bucket _ name _ expected _; do
  count=$((count + 1))
  check "vector: $bucket, $name" derives "$bucket" "$(printf %b "$name")" "$expected"
done < <(sed -n '/^### Test vectors/,$ { /^| `/p }' "$stores/../../docs/src/how-to/keys.md")
[ "$count" -ge 10 ] || { echo "there should be more vectors"; exit 1; }

check "derived: a name of 1,024 bytes" derives backups "$(printf 'x%.0s' {1..1024})"
check "derived: a name of one byte" derives backups x
check "derived: only slashes" derives backups ///
check "derived: dots" derives backups ../a/./b/..
check "derived: what looks like an option" derives backups --version
check "derived: a line break at its end" derives backups $'a\n'
check "derived: the longest name of a bucket" derives "$(printf 'b%.0s' {1..63})" dump.sql

# --- Converted keys --------------------------------------------------------------------------------

rclone() { timeout 180 "$venv/bin/rclone" "$@"; }

# converted LABEL: an object that s3seal sealed, opened by each tool with its converted key; and, where
# the tool writes as easily, the other way round.
converted() {
  local label=$1 ca=() tool
  rm -rf keys && mkdir keys
  [ -z "${AWS_CA_BUNDLE:-}" ] || ca=(--cacert "$AWS_CA_BUNDLE")
  head -c 300000 /dev/urandom >object
  s3seal keygen -q -o keys/key
  # s3fs 1.90 takes a key whose first byte is 0 for none: one key of 256.
  while grep -q '^A[A-P]' keys/key && rm keys/key; do
    s3seal keygen -q -o keys/key
  done
  s3seal put -q -k keys/key object s3://demo/sealed
  for tool in aws s3api rclone mc curl env s3fs litestream; do
    check "$label: convert --as $tool" s3seal key convert keys/key --as "$tool" -o "keys/$tool"
  done

  same() { cmp object back && rm back; }
  with_aws() { aws s3 cp s3://demo/sealed back --sse-c AES256 --sse-c-key fileb://keys/aws && same; }
  check "$label: aws s3" with_aws
  with_aws_raw() {
    aws s3api get-object --bucket demo --key sealed --sse-customer-algorithm AES256 \
      --sse-customer-key fileb://keys/aws back && same
  }
  check "$label: aws s3api with the raw key" with_aws_raw
  # get-object, whose answer is a stream, knows no --cli-input-json.
  with_s3api() { aws s3api head-object --cli-input-json file://keys/s3api --bucket demo --key sealed; }
  check "$label: aws s3api with JSON" with_s3api
  put_s3api() {
    aws s3api put-object --cli-input-json file://keys/s3api --bucket demo --key by-s3api --body object &&
      s3seal get -q -k keys/key s3://demo/by-s3api back && same
  }
  check "$label: and back" put_s3api

  # obstore is built on the crate object_store.
  with_obstore() {
    s3seal key convert keys/key --as object-store -o keys/object-store &&
      "$venv/bin/python" - keys/object-store back <<'PY' && same
import os, sys
import obstore
from obstore.store import S3Store

config = dict(line.strip().split("=", 1) for line in open(sys.argv[1]))
config |= {name: os.environ[name] for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"]}
options = {"allow_http": True}
if ca := os.environ.get("AWS_CA_BUNDLE"):
    options["root_certificate"] = open(ca, "rb").read()
store = S3Store("demo", endpoint=os.environ["AWS_ENDPOINT_URL"], config=config, client_options=options, virtual_hosted_style_request=False)
obstore.put(store, "by-obstore", open("object", "rb"))
open(sys.argv[2], "wb").write(bytes(obstore.get(store, "sealed").bytes()))
PY
  }
  check "$label: obstore" with_obstore
  opens_obstore() { s3seal get -q -k keys/key s3://demo/by-obstore back && same; }
  check "$label: obstore: and back" opens_obstore

  # polars and delta-rs take the same variables. What they write is sealed, and they read it.
  with_variables() {
    (
      set -a
      . ./keys/object-store
      set +a
      [ -z "${AWS_CA_BUNDLE:-}" ] || export SSL_CERT_FILE=$AWS_CA_BUNDLE
      AWS_ALLOW_HTTP=true timeout 120 "$venv/bin/python" -
    )
  }
  sealed_below() {
    s3seal audit --json --fail-on plain,locked -k keys/key "s3://demo/$1" >audited && grep -q '"state":"sealed"' audited
  }
  with_polars() {
    with_variables <<'PY' && sealed_below polars
import polars

polars.DataFrame({"a": [1, 2, 3]}).write_parquet("s3://demo/polars/x.parquet")
assert polars.read_parquet("s3://demo/polars/x.parquet")["a"].to_list() == [1, 2, 3]
PY
  }
  check "$label: polars" with_polars
  with_deltalake() {
    with_variables <<'PY' && sealed_below delta
import deltalake
import polars

deltalake.write_deltalake("s3://demo/delta", polars.DataFrame({"a": [1, 2, 3]}), mode="overwrite")
query = deltalake.QueryBuilder().register("t", deltalake.DeltaTable("s3://demo/delta"))
assert polars.DataFrame(query.execute("select sum(a) as a from t"))["a"].to_list() == [6]
PY
  }
  check "$label: delta-rs" with_deltalake

  with_litestream() {
    rm -rf app.db app.db-* .app.db-litestream back.db
    {
      printf 'dbs:\n  - path: %s/app.db\n    replicas:\n' "$PWD"
      printf '      - type: s3\n        bucket: demo\n        path: litestream\n        force-path-style: true\n'
      printf '        endpoint: %s\n        region: %s\n' "$AWS_ENDPOINT_URL" "$AWS_REGION"
      sed 's/^/        /' keys/litestream
    } >litestream.yml
    python3 -c 'import sqlite3; db = sqlite3.connect("app.db"); db.execute("pragma journal_mode = wal"); db.execute("create table t as select 42 x"); db.commit()'
    # Its SDK takes no authority of AWS_CA_BUNDLE beside its own client.
    litestream() { env -u AWS_CA_BUNDLE SSL_CERT_FILE="${AWS_CA_BUNDLE:-}" timeout 60 "$venv/bin/litestream" "$@"; }
    litestream replicate -config litestream.yml -once && sealed_below litestream &&
      litestream restore -config litestream.yml -o back.db "$PWD/app.db" &&
      [ "$(python3 -c 'import sqlite3; print(sqlite3.connect("back.db").execute("select x from t").fetchone()[0])')" = 42 ]
  }
  check "$label: litestream" with_litestream

  # The other forms: their tools are in no registry, so this program reads them back, and the store says whether they open.
  for tool in aws s3api rclone mc curl env s3fs velero thanos terraform object-store clickhouse nextcloud pgbackrest \
    litestream tempo duckdb k8s-secret; do
    [ -e "keys/$tool" ] || s3seal key convert -q keys/key --as "$tool" -o "keys/$tool"
    check "$label: verify --as $tool" s3seal key verify -q "keys/$tool" --for s3://demo/sealed
  done

  # As provider AWS it takes no plain http.
  {
    printf '[remote]\ntype = s3\nprovider = Other\nenv_auth = true\nforce_path_style = true\n'
    printf 'endpoint = %s\nregion = %s\n' "$AWS_ENDPOINT_URL" "$AWS_REGION"
    cat keys/rclone
  } >rclone.conf
  with_rclone() {
    rclone --config rclone.conf ${AWS_CA_BUNDLE:+--ca-cert "$AWS_CA_BUNDLE"} --retries 1 "$@"
  }
  rclone_get() { with_rclone copyto remote:demo/sealed back && same; }
  check "$label: rclone" rclone_get
  rclone_put() {
    with_rclone copyto object remote:demo/by-rclone && s3seal get -q -k keys/key s3://demo/by-rclone back && same
  }
  check "$label: and back" rclone_put

  with_curl() {
    local url
    url=$(s3seal presign -q -k keys/key s3://demo/sealed)
    curl --silent --show-error --fail --max-time 60 "${ca[@]}" -H @keys/curl -o back "$url" && same
  }
  check "$label: curl" with_curl

  # mc is no Debian package and not on PyPI: what it wants is checked by its rule, base64 without padding.
  with_mc() { [ "$(cat keys/mc)=" = "$(base64 -w0 keys/aws)" ]; }
  check "$label: mc" with_mc
  with_env() { env "$(cat keys/env)" "$S3SEAL" get -q s3://demo/sealed back && same; }
  check "$label: env" with_env

  if command -v s3fs >/dev/null && [ -w /dev/fuse ]; then
    with_s3fs_checks "$label"
  else
    echo "skipped: $label: s3fs is not installed, or there is no /dev/fuse"
  fi
}

with_s3fs_checks() {
  local label=$1 at=$scratch/mounted options
  mkdir -p "$at"
  printf '%s:%s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >passwd-s3fs
  chmod 600 passwd-s3fs
  options=passwd_file=$scratch/passwd-s3fs,url=$AWS_ENDPOINT_URL,endpoint=$AWS_REGION,use_path_request_style
  options=$options,use_sse=custom:$scratch/keys/s3fs
  # Its libcurl is built with GnuTLS, and takes the CA from the environment.
  s3fs_mount() { CURL_CA_BUNDLE=${AWS_CA_BUNDLE:-} timeout 60 s3fs demo "$at" -o "$options"; }
  s3fs_get() { timeout 60 cp "$at/$1" back && same; }
  s3fs_put() {
    timeout 60 cp object "$at/by-s3fs" && s3seal get -q -k keys/key s3://demo/by-s3fs back && same
  }
  check "$label: s3fs: mount" s3fs_mount
  check "$label: s3fs: sealed by s3seal" s3fs_get sealed
  check "$label: s3fs: and back" s3fs_put
  timeout 60 fusermount -u "$at" || fusermount -uz "$at" || true
}

# --- aws-cli and s3seal, given the same options: each opens what the other has sealed ---------------

same_options() {
  local label=$1 ascii=23832BAC16516152E560F933F261BF03 dir=keys-of-aws
  mkdir -p "$dir"
  head -c 32 /dev/urandom >"$dir/raw"
  printf %s "$ascii" >"$dir/ascii"
  # Python reads CRLF as a newline: 32 bytes come of these 33.
  printf '%s\r\n' "${ascii:0:31}" >"$dir/crlf"
  chmod 600 "$dir"/*
  base64 -w0 "$dir/raw" >"$dir/text"
  echo 'a secret of both' >"$dir/in"
  local text md5
  text=$(cat "$dir/text")
  md5=$(openssl dgst -md5 -binary "$dir/raw" | base64)

  # both NAME OPTION…: s3api, either way round.
  both() {
    local name=$1 one other
    shift
    for one in aws "$S3SEAL"; do
      if [ "$one" = aws ]; then other=$S3SEAL; else other=aws; fi
      rm -f "$dir/out"
      "$one" s3api put-object --bucket demo --key "same/$name" --body "$dir/in" --sse-customer-algorithm AES256 "$@" >"$dir/said" 2>&1 &&
        "$other" s3api get-object --bucket demo --key "same/$name" --sse-customer-algorithm AES256 "$@" "$dir/out" >>"$dir/said" 2>&1 &&
        cmp "$dir/in" "$dir/out" || { cat "$dir/said"; return 1; }
    done
  }
  # both_cp NAME KEY: s3 cp, either way round.
  both_cp() {
    local one other
    for one in aws "$S3SEAL"; do
      if [ "$one" = aws ]; then other=$S3SEAL; else other=aws; fi
      rm -f "$dir/out"
      "$one" s3 cp --no-progress --sse-c AES256 --sse-c-key "$2" "$dir/in" "s3://demo/same/cp-$1" >"$dir/said" 2>&1 &&
        "$other" s3 cp --no-progress --sse-c AES256 --sse-c-key "$2" "s3://demo/same/cp-$1" "$dir/out" >>"$dir/said" 2>&1 &&
        cmp "$dir/in" "$dir/out" || { cat "$dir/said"; return 1; }
    done
  }
  # neither OPTION…: what s3seal refuses, aws-cli or the store refuses, too.
  neither() {
    local one
    for one in aws "$S3SEAL"; do
      if "$one" s3api put-object --bucket demo --key never --body "$dir/in" --sse-customer-algorithm AES256 "$@" >"$dir/said" 2>&1; then
        echo "$one took it: $*"
        return 1
      fi
    done
  }

  check "$label: s3api: text" both text --sse-customer-key "$ascii"
  check "$label: s3api: fileb://" both raw --sse-customer-key "fileb://$dir/raw"
  check "$label: s3api: file://" both file --sse-customer-key "file://$dir/ascii"
  check "$label: s3api: file:// with CRLF" both crlf --sse-customer-key "file://$dir/crlf"
  check "$label: s3api: base64 and its MD5" both md5 --sse-customer-key "$text" --sse-customer-key-md5 "$md5"
  check "$label: s3api: base64 from a file, and its MD5" both md5file --sse-customer-key "file://$dir/text" --sse-customer-key-md5 "$md5"
  check "$label: s3 cp: fileb://" both_cp raw "fileb://$dir/raw"
  check "$label: s3 cp: text" both_cp text "$ascii"
  check "$label: s3 cp: file://" both_cp file "file://$dir/ascii"
  check "$label: neither: base64 without MD5" neither --sse-customer-key "$text"
  check "$label: neither: the guides' recipe" neither --sse-customer-key "$text" \
    --sse-customer-key-md5 "$(echo "$text" | md5sum | awk '{print $1}' | base64 -w0)"
  check "$label: neither: fileb:// with MD5" neither --sse-customer-key "fileb://$dir/raw" --sse-customer-key-md5 "$md5"
  check "$label: neither: CRLF as bytes" neither --sse-customer-key "fileb://$dir/crlf"
  check "$label: neither: no text" neither --sse-customer-key "file://$dir/raw"
  check "$label: neither: unpadded" neither --sse-customer-key "${text%=}" --sse-customer-key-md5 "$md5"
  check "$label: neither: empty" neither --sse-customer-key ""
}

for scheme in http https; do
  case $scheme in
    http) start_mock ;;
    https) start_mock --tls --require-tls ;;
  esac
  converted "$scheme"
  same_options "$scheme"
  check "$scheme: no key is in the log of requests" tells_no_key requests.json keys/aws
  stop_mock
done

summary
