#!/usr/bin/env bash
# Other people's tools, which know no SSE-C, through `s3seal proxy` to SeaweedFS over TLS. After each, nothing in the store
# is plain, and what the tool wrote opens without the proxy: with s3seal, and with aws-cli and the key.
#
#   S3SEAL=target/release/s3seal tests/stores/proxy.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
install_tools
isolate
cd "$scratch"

. "$stores/weed.sh"
start_seaweedfs
admin make tools

s3seal keygen -q -o key
key_text=$(grep -v '^#' key)
key_md5=$(s3seal key md5 -k ./key)
grep -v '^#' key | base64 -d >key.bin
head -c $((20 * 1024 * 1024 + 1)) /dev/urandom >large
head -c 3000 /dev/urandom >small
: >empty
mkdir tree && cp large small empty tree/ && mkdir tree/deep && cp small "tree/deep/Größe 100%+a&b"

store_url=$AWS_ENDPOINT_URL store_ca=$AWS_CA_BUNDLE
# Whatever is checked without the proxy goes to the store itself.
directly() {
  AWS_ENDPOINT_URL=$store_url AWS_CA_BUNDLE=$store_ca AWS_ACCESS_KEY_ID=storechecks \
    AWS_SECRET_ACCESS_KEY=storechecks-secret timeout 180 "$@"
}
sealed() { directly "$S3SEAL" audit -k ./key --fail-on plain,locked "s3://tools/$1"; }
opens() { directly "$S3SEAL" get -q -k ./key "s3://tools/$1" back && cmp "$2" back && rm back; }
aws_opens() {
  directly "$venv/bin/aws" s3api get-object --bucket tools --key "$1" --sse-customer-algorithm AES256 \
    --sse-customer-key "$key_text" --sse-customer-key-md5 "$key_md5" back >/dev/null && cmp "$2" back && rm back
}

# start_proxy OPTION…: and the environment that names it.
start_proxy() {
  rm -f proxy.env
  serve proxy.log env AWS_ENDPOINT_URL="$store_url" AWS_CA_BUNDLE="$store_ca" "$S3SEAL" proxy -k ./key \
    --env-file proxy.env --user storechecks:storechecks-secret "$@"
  local deadline=$((SECONDS + 60))
  until [ -e proxy.env ]; do
    if ! kill -0 "${servers[-1]}" 2>/dev/null || ((SECONDS > deadline)); then
      echo "the proxy does not start:"
      cat proxy.log
      return 1
    fi
    sleep 0.1
  done
  . ./proxy.env
}

# proved TOOL PREFIX [KEY FILE]…: what the tool wrote.
proved() {
  local tool=$1 prefix=$2
  shift 2
  check "$tool: nothing is plain" sealed "$prefix"
  while [ $# -gt 0 ]; do
    check "$tool: $1 opens with s3seal" opens "$1" "$2"
    check "$tool: $1 opens with aws-cli and the key" aws_opens "$1" "$2"
    shift 2
  done
}

start_proxy
host=${AWS_ENDPOINT_URL#*//}

# --- aws-cli, its default checksums ---------------------------------------------------------------

check "aws: sync up" aws s3 sync --no-progress tree s3://tools/aws/
check "aws: sync down" aws s3 sync --no-progress s3://tools/aws/ aws-back
check "aws: the same" diff -r tree aws-back
check "aws: copy of a large object" aws s3 cp --no-progress s3://tools/aws/large s3://tools/aws/copy
check "aws: move" aws s3 mv --no-progress s3://tools/aws/deep/ s3://tools/aws/moved/ --recursive
check "aws: rm" aws s3 rm s3://tools/aws/empty
proved aws aws/ aws/large large aws/small small aws/copy large "aws/moved/Größe 100%+a&b" small

# --- boto3: managed transfers and presigned URLs ---------------------------------------------------

boto() {
  "$venv/bin/python" - <<'PY'
import boto3, os, ssl, urllib.request
from boto3.s3.transfer import TransferConfig

s3 = boto3.client("s3")
s3.upload_file("large", "tools", "boto/large", Config=TransferConfig(multipart_chunksize=5 << 20))
s3.upload_file("small", "tools", "boto/small", ExtraArgs={"Metadata": {"a": "1"}})
s3.download_file("tools", "boto/large", "boto-back")
assert open("boto-back", "rb").read() == open("large", "rb").read()
assert s3.head_object(Bucket="tools", Key="boto/small")["Metadata"] == {"a": "1"}
with open("small", "rb") as body:
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
        body.seek(0)
        s3.put_object(Bucket="tools", Key="boto/" + algorithm, Body=body, ChecksumAlgorithm=algorithm)
url = s3.generate_presigned_url("put_object", Params={"Bucket": "tools", "Key": "boto/presigned"})
assert os.environ["AWS_ENDPOINT_URL"] in url and "customer" not in url
data = open("small", "rb").read()
trust = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
urllib.request.urlopen(urllib.request.Request(url, data=data, method="PUT", headers={"Content-Type": ""}), context=trust)
url = s3.generate_presigned_url("get_object", Params={"Bucket": "tools", "Key": "boto/presigned"})
assert urllib.request.urlopen(url, context=trust).read() == data
found = s3.list_objects_v2(Bucket="tools", Prefix="boto/")["Contents"]
assert len(found) == 6, found
s3.delete_objects(Bucket="tools", Delete={"Objects": [{"Key": "boto/SHA1"}]})
PY
}
check "boto3: managed transfers and presigned URLs" boto
proved boto3 boto/ boto/large large boto/small small boto/presigned small boto/SHA256 small

# --- The Rust SDK ------------------------------------------------------------------------------------

check "the Rust SDK: up" s3seal put -q -r --no-key tree s3://tools/rust/
check "the Rust SDK: down" s3seal get -q -r s3://tools/rust/ rust-back
check "the Rust SDK: the same" diff -r tree rust-back
proved "the Rust SDK" rust/ rust/large large

# --- s5cmd, s3cmd, rclone ------------------------------------------------------------------------------

s5cmd() { timeout 180 "$venv/bin/s5cmd" --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
check "s5cmd: up" s5cmd cp "tree/*" s3://tools/s5cmd/
check "s5cmd: down" s5cmd cp "s3://tools/s5cmd/*" s5cmd-back/
check "s5cmd: the same" diff -r tree s5cmd-back
check "s5cmd: copy and rm" s5cmd cp s3://tools/s5cmd/small s3://tools/s5cmd/copy
check "s5cmd: mv" s5cmd mv s3://tools/s5cmd/copy s3://tools/s5cmd/moved
proved s5cmd s5cmd/ s5cmd/large large s5cmd/small small s5cmd/moved small

s3cmd() {
  timeout 180 "$venv/bin/s3cmd" --config=/dev/null --access_key="$AWS_ACCESS_KEY_ID" \
    --secret_key="$AWS_SECRET_ACCESS_KEY" --host="$host" --host-bucket="$host" --no-ssl --no-progress "$@"
}
check "s3cmd: up" s3cmd put --recursive tree/ s3://tools/s3cmd/
mkdir s3cmd-back
check "s3cmd: down" s3cmd get --recursive s3://tools/s3cmd/ s3cmd-back/
check "s3cmd: the same" diff -r tree s3cmd-back
check "s3cmd: copy" s3cmd cp s3://tools/s3cmd/small s3://tools/s3cmd/copy
check "s3cmd: del" s3cmd del s3://tools/s3cmd/empty
proved s3cmd s3cmd/ s3cmd/large large s3cmd/small small s3cmd/copy small

rclone() {
  timeout 180 "$venv/bin/rclone" --config /dev/null --s3-provider Other --s3-env-auth \
    --s3-endpoint "$AWS_ENDPOINT_URL" --s3-region us-east-1 "$@"
}
check "rclone: copy" rclone copy tree :s3:tools/rclone
check "rclone: check" rclone check --download tree :s3:tools/rclone
check "rclone: copy down" rclone copy :s3:tools/rclone rclone-back
check "rclone: the same" diff -r tree rclone-back
check "rclone: copy within" rclone copyto :s3:tools/rclone/large :s3:tools/rclone/copy
proved rclone rclone/ rclone/large large rclone/small small rclone/copy large

# --- restic --------------------------------------------------------------------------------------------

restic() { timeout 180 restic -q --no-cache -r "s3:$AWS_ENDPOINT_URL/tools/restic" "$@"; }
export RESTIC_PASSWORD=checks
restores() { rm -rf restored && restic restore latest --target restored && diff -r tree restored/"$PWD"/tree; }
check "restic: init" restic init
check "restic: backup" restic backup "$PWD/tree"
check "restic: check --read-data" restic check --read-data
check "restic: restore" restores
echo more >>tree/small
check "restic: another backup" restic backup "$PWD/tree"
check "restic: forget and prune" restic forget --keep-last 1 --prune
check "restic: check again" restic check --read-data
check "restic: restore again" restores
cp small tree/small
proved restic restic/

# --- Docker's registry -----------------------------------------------------------------------------------

mapfile -t ports < <(admin ports 1)
cat >registry.yml <<Y
version: 0.1
storage:
  s3: {accesskey: $AWS_ACCESS_KEY_ID, secretkey: $AWS_SECRET_ACCESS_KEY, region: us-east-1, bucket: tools, regionendpoint: "$AWS_ENDPOINT_URL", rootdirectory: /registry, encrypt: false, secure: false, v4auth: true}
  delete: {enabled: true}
http: {addr: "127.0.0.1:${ports[0]}", secret: checks}
Y
"$venv/bin/python" "$stores/image.py" image $((12 * 1024 * 1024))
serve registry.log docker-registry serve registry.yml
answers "${ports[0]}" registry.log
image=docker://127.0.0.1:${ports[0]}/checks/image:latest
check "registry: push" timeout 120 skopeo copy --insecure-policy --dest-tls-verify=false oci:image:latest "$image"
check "registry: pull" timeout 120 skopeo copy --insecure-policy --src-tls-verify=false "$image" oci:pulled:latest
check "registry: the same" diff -r image/blobs pulled/blobs
proved registry registry/

# --- s3fs --------------------------------------------------------------------------------------------------

s3fs_checks() {
  local at=$scratch/mounted
  mkdir -p "$at"
  printf '%s:%s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >passwd-s3fs
  chmod 600 passwd-s3fs
  s3fs_mount() {
    timeout 60 s3fs tools:/s3fs "$at" -o "passwd_file=$scratch/passwd-s3fs,url=$AWS_ENDPOINT_URL,endpoint=us-east-1,use_path_request_style"
  }
  # Without a folder: SeaweedFS does not seal the empty objects that stand for folders, so the proxy refuses them.
  s3fs_up() { timeout 120 cp large small empty "$at/"; }
  s3fs_rename() { timeout 60 mv "$at/small" "$at/renamed"; }
  check "s3fs: a folder for it" s3seal put -q --no-key empty s3://tools/s3fs/.keep
  check "s3fs: mount" s3fs_mount
  check "s3fs: up" s3fs_up
  check "s3fs: rename" s3fs_rename
  check "s3fs: the same" cmp large "$at/large"
  timeout 60 fusermount -u "$at" || fusermount -uz "$at" || true
  proved s3fs s3fs/ s3fs/large large s3fs/renamed small
}
if command -v s3fs >/dev/null && [ -w /dev/fuse ]; then
  s3fs_checks
else
  echo "skipped: s3fs is not installed, or there is no /dev/fuse"
fi

# --- What the log tells, and what it does not ------------------------------------------------------------

check "the log tells no key" tells_no_key proxy.log key.bin
no_trouble() { ! grep -E ' 5[0-9][0-9], ' proxy.log; }
check "no request failed at the proxy" no_trouble

# --- docs/src/how-to/proxy.md: the unit and the YAML files are well-formed, and their options exist ------------

guide=$(realpath -e "$stores/../../docs/src/how-to/proxy.md")
examples() {
  "$venv/bin/python" - "$guide" "$S3SEAL" <<'PY'
import configparser, re, shlex, subprocess, sys
import yaml

text, program = open(sys.argv[1]).read(), sys.argv[2]
blocks = lambda kind: re.findall(r"```%s\n(.*?)```" % kind, text, re.S)


def exists(arguments):
    # `--help` comes last: an unknown option before it is an error.
    done = subprocess.run([program, *arguments, "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


(unit,) = blocks("ini")
parser = configparser.ConfigParser(strict=False, interpolation=None)
parser.optionxform = str
parser.read_string(unit)
exists(shlex.split(parser["Service"]["ExecStart"])[1:])
pod, compose, *_ = [yaml.safe_load(block) for block in blocks("yaml")]
assert pod["kind"] == "Pod"
exists(pod["spec"]["initContainers"][0]["args"])
exists(compose["services"]["s3seal"]["command"])
volumes = {volume["name"] for volume in pod["spec"]["volumes"]}
assert {mount["name"] for mount in pod["spec"]["initContainers"][0]["volumeMounts"]} <= volumes
PY
}
check "the page on the proxy: parsed, and the options exist" examples
if command -v systemd-analyze >/dev/null; then
  unit() {
    sed -n '/^```ini/,/^```/p' "$guide" | sed '/^```/d' | sed "s|/usr/local/bin/s3seal|$S3SEAL|" >s3seal-proxy.service &&
      systemd-analyze verify ./s3seal-proxy.service
  }
  check "the page on the proxy: systemd takes the unit" unit
fi

# --- Over TLS, with a certificate authority of its own ------------------------------------------------------

stop_mock
start_proxy --tls
check "https: aws up" aws s3 cp --no-progress large s3://tools/https/large
check "https: aws down" aws s3 cp --no-progress s3://tools/https/large back
check "https: the same" cmp large back
check "https: boto3" boto
rm -f back
proved https https/ https/large large

summary
