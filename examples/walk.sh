#!/bin/sh
# The whole life of a sealed object, on the embedded server: nothing leaves this machine, and no
# account is needed.
#
#   cargo run -- mock -- sh examples/walk.sh
#
# `mock` starts a server with the bucket "demo", sets the AWS_* variables that lead to it, and puts
# its own s3seal first in PATH. Against a real store the commands are the same: set the variables, or
# a profile, yourself.

# A step that fails must end the walk, or the next would be about something else.
set -eu

: "${AWS_ENDPOINT_URL:?run this as: s3seal mock -- sh examples/walk.sh}"

# curl does not look at the AWS variables, and with `mock --tls` it has an authority to learn about.
if [ -n "${AWS_CA_BUNDLE:-}" ]; then
  CURL_CA_BUNDLE=$AWS_CA_BUNDLE
  export CURL_CA_BUNDLE
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder"

# To show what happens, each command is printed before it runs.
run() {
  echo "\$ $*"
  "$@"
}

# The exit code is the contract that scripts rely on: messages may change, codes do not.
expect() {
  wanted=$1
  shift
  echo "\$ $*    # exits with $wanted"
  status=0
  "$@" || status=$?
  if [ "$status" -ne "$wanted" ]; then
    echo "it ended with $status instead" >&2
    exit 1
  fi
}

echo "order 4711: 12 lamps" >orders.txt
head -c 30000000 /dev/urandom >disk.img

# 1. A key. It goes to a file and not to the screen, where it would stay in the scrollback; the file is
#    never overwritten, because whatever is sealed with a lost key is lost. Keep a copy elsewhere.
run s3seal keygen -o backup.key

# 2. Seal. The key travels with the request, the store encrypts with it and forgets it. The command
#    succeeds only once the store has proven that it used this key. A name ending in / keeps the
#    file's name; the large file goes in several parts at once.
run s3seal put -k ./backup.key orders.txt s3://demo/2026/
run s3seal put -k ./backup.key disk.img s3://demo/2026/

# 3. Read back, and compare. The file appears once all of it has arrived and its checksum is right;
#    until then there is none, so nothing can pick up half of it.
run s3seal get -k ./backup.key s3://demo/2026/disk.img restored.img
run cmp disk.img restored.img

# 4. Metadata. It takes the key too: of a sealed object the store shows nothing without it. The
#    key-MD5 tells which key fits, long after everybody has forgotten.
run s3seal head -k ./backup.key s3://demo/2026/orders.txt

# 5. The wrong key opens nothing, and neither does none: 4 is "sealed, and the key is absent or
#    wrong", apart from 3, "not there", and 5, "access denied".
run s3seal keygen -q -o other.key
expect 4 s3seal get -k ./other.key s3://demo/2026/orders.txt stolen.txt
expect 4 s3seal get s3://demo/2026/orders.txt stolen.txt
test ! -e stolen.txt

#    While keys change, give both: the one that fits opens.
run s3seal get -k ./other.key -k ./backup.key s3://demo/2026/orders.txt both.txt
run cmp orders.txt both.txt

# 6. Not to overwrite by accident: 9 says that the object is there already, and still the old one.
expect 9 s3seal put -k ./backup.key --if-none-match '*' disk.img s3://demo/2026/orders.txt

# 7. Let somebody without an account download. The URL alone is worth nothing: the key travels in
#    headers, never in a URL that ends up in logs. So there are two things to hand over, and they
#    should take two ways. curl reads the headers from the file, so that no key is on its command line.
url=$(s3seal presign -k ./backup.key --expires-in 15m --headers-file headers s3://demo/2026/orders.txt)
run curl --silent --show-error --fail -H @headers -o downloaded.txt "$url"
run cmp orders.txt downloaded.txt
#    22 is curl's code for a refusal by the server.
expect 22 curl --silent --show-error --fail -o stolen.txt "$url"

#    And the other way round: an upload that is sealed with your key, from where your key is not kept.
url=$(s3seal presign -k ./backup.key --method PUT --headers-file headers s3://demo/inbox/report.txt)
run curl --silent --show-error --fail -H @headers -T orders.txt "$url"
run s3seal get -k ./backup.key s3://demo/inbox/report.txt report.txt
run cmp orders.txt report.txt

# 8. Pipes, so that the plaintext never lies on a disk in between. A POSIX shell sees the status of the
#    last command only; the pipe's end has to notice a failure, as tar does with an archive that is cut
#    off. In bash, `set -o pipefail` is better still.
mkdir project unpacked
cp orders.txt disk.img project/
echo '$ tar c project | s3seal put -k ./backup.key - s3://demo/project.tar'
tar cf - project | s3seal put -k ./backup.key - s3://demo/project.tar
echo '$ s3seal get -k ./backup.key s3://demo/project.tar - | tar x'
s3seal get -k ./backup.key s3://demo/project.tar - | (cd unpacked && tar xf -)
run cmp disk.img unpacked/project/disk.img

# 9. In CI the key comes from the secret store as a variable: no file, and never an argument, which
#    every process on the machine could read.
S3SEAL_KEY=$(s3seal keygen)
export S3SEAL_KEY
run s3seal put orders.txt s3://demo/ci/artifact
run s3seal get s3://demo/ci/artifact artifact
run cmp orders.txt artifact
unset S3SEAL_KEY

# 10. Delete. That takes no key: whoever may delete need not be able to read.
run s3seal rm s3://demo/2026/orders.txt s3://demo/2026/disk.img s3://demo/inbox/report.txt \
  s3://demo/project.tar s3://demo/ci/artifact
expect 3 s3seal head -k ./backup.key s3://demo/2026/orders.txt

echo "The walk is done."
