#!/usr/bin/env bash
# The command lines of aws-cli: the same line with aws-cli and with s3seal, against `s3seal mock`, and stdout compared
# field for field. What differs by nature is made equal first: ETags of sealed objects, version ids and times, and the
# checksum's algorithm (s3seal sends CRC64NVME, aws-cli without its C runtime CRC32). Both print a document's fields
# under the same names; their order is not compared.
#
#   S3SEAL=target/release/s3seal tests/stores/awscli.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
install_tools
isolate
cd "$scratch"

head -c 32 /dev/urandom >key.bin
head -c 32 /dev/urandom >old.bin
chmod 600 key.bin old.bin
start_mock --bucket demo --bucket kept
aws s3api put-bucket-versioning --bucket kept --versioning-configuration Status=Enabled

cat >normal.py <<'PY'
import json, re, sys

text = sys.stdin.read()

def plain(name, value):
    if isinstance(value, dict):
        return {renamed(key): plain(key, inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(name, inner) for inner in value]
    if name in ("ETag", "VersionId", "CopySourceVersionId", "LastModified") or name.startswith("Checksum"):
        return value if name == "ChecksumType" else f"some {type(value).__name__}"
    return value

def renamed(name):
    return "Checksum" if re.fullmatch("Checksum(CRC|SHA).*", name) else name

try:
    document = json.loads(text)
    indents = sorted({len(line) - len(line.lstrip()) for line in text.splitlines()})
    print(json.dumps(plain("", document), indent=1, sort_keys=True), indents)
except ValueError:
    print("\n".join(sorted(text.splitlines())))
PY
normal() { "$venv/bin/python" normal.py; }

# Both start from the same files and the same objects, or deletions and syncs would differ.
prepare() {
  rm -rf work
  mkdir -p work/tree/deep work/there
  echo content >work/file
  echo a >work/tree/a
  echo bb >work/tree/deep/b
  echo other >work/there/gone
  s3seal bucket create -q s3://going >made 2>&1 || true
  s3seal rm -q -r --all s3://demo
  s3seal rm -q -r --all --all-versions s3://kept
  cd work
  put -k ../old.bin --content-type text/x --metadata a=b,c=d file s3://demo/old/x
  put -k ../key.bin --content-type text/x --metadata a=b,c=d --cache-control no-store file s3://demo/sealed/x
  put -k ../key.bin file s3://kept/sealed/x
  put --no-key --tagging t=1 file s3://demo/plain/x
  put --no-key file s3://demo/plain/y
  put -k ../key.bin -r tree s3://demo/tree
  put --no-key file s3://demo/tree/gone
  cd ..
}
put() { s3seal put -q "$@"; }

new=(--sse-customer-algorithm AES256 --sse-customer-key fileb://key.bin)
old=(--sse-customer-algorithm AES256 --sse-customer-key fileb://old.bin)
of_old=(--copy-source-sse-customer-algorithm AES256 --copy-source-sse-customer-key fileb://old.bin)
seal=(--sse-c AES256 --sse-c-key fileb://key.bin)
seal_from=(--sse-c-copy-source AES256 --sse-c-copy-source-key fileb://key.bin)

# The keys lie beside the folder that the commands run in.
run_in_work() { (cd work && ln -sf ../key.bin ../old.bin . && "$@"); }

# same LINE… [--own OPTION…]: both programs print the same; what follows --own is for s3seal alone.
same() {
  local own=() line=("$@") index
  for index in "${!line[@]}"; do
    if [ "${line[index]}" = --own ]; then
      own=("${line[@]:index+1}")
      line=("${line[@]:0:index}")
      break
    fi
  done
  prepare
  run_in_work aws "${line[@]}" >aws.out 2>aws.err || { cat aws.err; return 1; }
  prepare
  run_in_work s3seal "${line[@]}" "${own[@]}" >s3seal.out 2>s3seal.err || { cat s3seal.err; return 1; }
  cat s3seal.err
  diff <(normal <aws.out) <(normal <s3seal.out)
}

api() {
  local operation=$1
  shift
  check "s3api $operation $(shorter "$@")" same s3api "$operation" "$@"
}
s3() { check "s3 $(shorter "$@")" same s3 "$@"; }
shorter() { echo "$*" | sed -E 's/ --(copy-source-)?sse-c[^ ]* [^ ]+//g'; }

api put-object --bucket demo --key x --body file "${new[@]}"
api put-object --bucket kept --key x --body file "${new[@]}"
api put-object --bucket kept --key x --body file "${new[@]}" --metadata a=b --content-type text/x --tagging a=1
api put-object --bucket demo --key x --body file --server-side-encryption AES256
api put-object --bucket demo --key x --body file --server-side-encryption aws:kms
api put-object --bucket demo --key x --body file --own --no-key
api put-object --bucket kept --key x --body file "${new[@]}" --query SSECustomerKeyMD5
api put-object --bucket kept --key x --body file "${new[@]}" --query SSECustomerKeyMD5 --output text
api head-object --bucket demo --key sealed/x "${new[@]}"
api head-object --bucket kept --key sealed/x "${new[@]}"
api head-object --bucket kept --key sealed/x "${new[@]}" --checksum-mode ENABLED
api head-object --bucket demo --key plain/x
api head-object --bucket demo --key sealed/x "${new[@]}" --query Metadata.a --output text
api head-object --bucket demo --key sealed/x "${new[@]}" --query '[ContentLength,Metadata.a,Metadata.none]' --output text
api head-object --bucket demo --key sealed/x "${new[@]}" --query '[ContentLength,Metadata]'
api get-object --bucket demo --key sealed/x "${new[@]}" out
api get-object --bucket kept --key sealed/x "${new[@]}" out
api get-object --bucket demo --key plain/x out
api get-object --bucket demo --key sealed/x "${new[@]}" --range bytes=1-3 out
api copy-object --bucket kept --key y --copy-source demo/old/x "${new[@]}" "${of_old[@]}"
api copy-object --bucket demo --key y --copy-source kept/sealed/x "${old[@]}" \
  --copy-source-sse-customer-algorithm AES256 --copy-source-sse-customer-key fileb://key.bin
api copy-object --bucket demo --key y --copy-source demo/plain/x "${new[@]}"
api delete-object --bucket demo --key plain/x
api delete-object --bucket kept --key sealed/x
api delete-object --bucket kept --key absent

quietly=--no-progress
s3 cp $quietly file s3://demo/x "${seal[@]}"
s3 cp $quietly --dryrun file s3://demo/x "${seal[@]}"
s3 cp $quietly file s3://demo/ "${seal[@]}"
s3 cp $quietly ../work/tree/a s3://demo/x "${seal[@]}"
s3 cp $quietly --recursive tree s3://demo/t "${seal[@]}"
s3 cp $quietly --recursive --exclude '*' --include 'deep/*' tree s3://demo/t "${seal[@]}"
s3 cp $quietly s3://demo/sealed/x out "${seal[@]}"
s3 cp $quietly s3://demo/sealed/x there "${seal[@]}"
s3 cp $quietly s3://demo/sealed/x - "${seal[@]}"
s3 cp $quietly s3://demo/plain/x ../out
s3 cp $quietly --recursive s3://demo/plain there
s3 cp $quietly s3://demo/sealed/x s3://demo/copy "${seal[@]}" "${seal_from[@]}"
s3 cp $quietly --recursive s3://demo/sealed s3://kept/copies "${seal[@]}" "${seal_from[@]}"
s3 cp --only-show-errors file s3://demo/x "${seal[@]}"
s3 mv $quietly file s3://demo/x "${seal[@]}"
s3 mv $quietly s3://demo/sealed/x out "${seal[@]}"
s3 mv $quietly s3://demo/sealed/x s3://demo/moved "${seal[@]}" "${seal_from[@]}"
s3 sync $quietly tree s3://demo/new "${seal[@]}"
s3 sync $quietly --size-only tree s3://demo/tree "${seal[@]}"
s3 sync $quietly --delete --dryrun --size-only tree s3://demo/tree "${seal[@]}"
s3 sync $quietly --delete --size-only tree s3://demo/tree "${seal[@]}"
s3 sync $quietly --delete s3://demo/plain there
s3 sync $quietly s3://demo/sealed s3://kept/synced "${seal[@]}" "${seal_from[@]}"
s3 rm s3://demo/plain/x
s3 rm --dryrun s3://demo/plain/x
s3 rm --recursive s3://demo/plain
s3 rm --quiet s3://demo/plain/x
s3 mb s3://another
s3 rb s3://going

# One URL each, of the same object and headers; signatures differ by the second.
presigns() {
  prepare
  aws s3 presign s3://demo/plain/x --expires-in 60 | sed -E 's/\?.*//' >aws.out
  s3seal s3 presign s3://demo/plain/x --expires-in 60 --no-key | sed -E 's/\?.*//' >s3seal.out
  diff aws.out s3seal.out
}
check "s3 presign" presigns
check "no key in anything that was said" tells_no_key all-said key.bin old.bin
summary
