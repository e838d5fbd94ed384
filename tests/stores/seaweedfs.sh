#!/usr/bin/env bash
# s3seal against SeaweedFS over TLS, a store that seals, with aws-cli and curl as second opinions:
# what one program sealed the other must open.
#
#   S3SEAL=target/release/s3seal tests/stores/seaweedfs.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
install_tools
isolate
cd "$scratch"

. "$stores/weed.sh"
start_seaweedfs
admin make lab
admin make kept --versioned

# --- Keys -------------------------------------------------------------------------------------

check "keygen writes a key file" s3seal keygen -o key
check "keygen writes a raw key file" s3seal keygen --format raw -o key.raw
check "keygen writes a key that is used nowhere" s3seal keygen -o wrong.key
# The raw form of the key in the file, for aws-cli.
grep -v '^#' key | base64 -d >key.bin
grep -v '^#' wrong.key | base64 -d >wrong.bin
key_text=$(grep -v '^#' key)
key_md5=$(s3seal key md5 -k ./key)

only_mine() { [ "$(stat -c %a "$1")" = 600 ]; }
check "nobody else can read the key file" only_mine key
refuses_to_overwrite() {
  cp key key.before && refused 9 key s3seal keygen -o key && cmp key key.before
}
check "keygen overwrites no key" refuses_to_overwrite

# --- Sealed by s3seal, opened by both ---------------------------------------------------------

cp "$S3SEAL" program
head -c $((70 * 1024 * 1024)) /dev/urandom >random
: >empty
head -c 300000 /dev/urandom >note
head -c $((21 * 1024 * 1024 + 1)) /dev/urandom >stream

put_pipe() { cat "$1" | s3seal put -k ./key - "$2"; }
get_file() { rm -f back && s3seal get -k "$1" "$3" back && cmp "$2" back; }
get_pipe() { s3seal get -k ./key "$2" - >back && cmp "$1" back; }
# Text and MD5 go through as they are; without the MD5 aws-cli would encode the text once more.
aws_get_object() {
  rm -f back
  aws s3api get-object --bucket lab --key "$2" --sse-customer-algorithm AES256 \
    --sse-customer-key "$key_text" --sse-customer-key-md5 "$key_md5" back && cmp "$1" back
}
aws_cp_get() { rm -f back && aws s3 cp --no-progress --sse-c AES256 --sse-c-key "fileb://$1" "$3" back && cmp "$2" back; }
aws_cannot_open() { fails aws s3 cp --no-progress "$1" back; }

for name in program random empty note; do
  check "put $name" s3seal put -k ./key "$name" "s3://lab/sealed/$name"
done
check "put from a pipe" put_pipe note s3://lab/sealed/piped-note
check "put from a pipe in several parts" put_pipe stream s3://lab/sealed/stream
odd='s3://lab/sealed/Größe 100%+a&b=c?#/~x.txt'
check "put under a name that needs escaping" s3seal put -k ./key note "$odd"
check "put with a raw key file" s3seal put -k ./key.raw note s3://lab/sealed/raw

while read -r file object; do
  check "get $object" get_file ./key "$file" "s3://lab/sealed/$object"
  check "get $object to a pipe" get_pipe "$file" "s3://lab/sealed/$object"
  check "aws s3api get-object opens $object" aws_get_object "$file" "sealed/$object"
  check "aws s3 cp opens $object" aws_cp_get key.bin "$file" "s3://lab/sealed/$object"
  check "$object is closed without the key" aws_cannot_open "s3://lab/sealed/$object"
done <<'L'
program program
random random
empty empty
note note
note piped-note
stream stream
L
check "get a name that needs escaping" get_file ./key note "$odd"
check "aws s3 cp opens a name that needs escaping" aws_cp_get key.bin note "$odd"
check "get with a raw key file" get_file ./key.raw note s3://lab/sealed/raw
check "aws s3 cp opens it with the raw key file of keygen" aws_cp_get key.raw note s3://lab/sealed/raw
check "the right key among several opens" s3seal get -k ./wrong.key -k ./key s3://lab/sealed/note back

get_range() {
  rm -f back && s3seal get -k ./key --range bytes=1000-200999 s3://lab/sealed/random back &&
    cmp <(tail -c +1001 random | head -c 200000) back
}
check "get a range" get_range

head_says() { s3seal head -k ./key "$1" >said.head && grep -qF "$2" said.head || { cat said.head; return 1; }; }
check "head shows the size" head_says s3://lab/sealed/note '300000 bytes'
check "head shows the key-MD5" head_says s3://lab/sealed/note "$key_md5"
aws_head() {
  aws s3api head-object --bucket lab --key sealed/random --sse-customer-algorithm AES256 \
    --sse-customer-key "$key_text" --sse-customer-key-md5 "$key_md5" >said.head &&
    grep -q '"SSECustomerKeyMD5"' said.head && grep -qF "$key_md5" said.head || { cat said.head; return 1; }
}
check "aws s3api head-object shows the same key-MD5" aws_head

# --- Sealed by aws-cli, opened by s3seal ------------------------------------------------------

aws_cp_put() { aws s3 cp --no-progress --sse-c AES256 --sse-c-key fileb://key.bin "$1" "$2"; }
aws_put_object() {
  aws s3api put-object --bucket lab --key theirs/by-s3api --body "$1" --sse-customer-algorithm AES256 \
    --sse-customer-key "$key_text" --sse-customer-key-md5 "$key_md5"
}
for name in note random empty; do
  check "aws s3 cp seals $name" aws_cp_put "$name" "s3://lab/theirs/$name"
  check "get $name that aws-cli sealed" get_file ./key "$name" "s3://lab/theirs/$name"
  check "head $name that aws-cli sealed" head_says "s3://lab/theirs/$name" "$key_md5"
done
check "aws s3api put-object seals" aws_put_object note
check "get what s3api sealed" get_file ./key note s3://lab/theirs/by-s3api

# --- A ring of keys ---------------------------------------------------------------------------

check "keygen writes a master key" s3seal keygen -o master.key
grep -v '^#' master.key | base64 -d >master.bin
cat >config.toml <<TOML
[keys.now]
source = "./key"
[keys.before]
source = "cmd:cat $scratch/wrong.key"
[keys.master]
source = "./master.key"
derive = true
[[rules]]
endpoint = "$AWS_ENDPOINT_URL"
prefix = "s3://lab/ring"
key = "now"
retired = ["before"]
[[rules]]
endpoint = "$AWS_ENDPOINT_URL"
prefix = "s3://lab/ring/each"
key = "master"
[[rules]]
endpoint = "https://elsewhere.invalid"
prefix = "s3://lab"
key = "before"
TOML
with_ring() { S3SEAL_CONFIG=$scratch/config.toml s3seal "$@"; }
ring_get() { rm -f back && with_ring get "$1" back && cmp note back; }
ring_says() { with_ring head "$1" >said.head && grep -qF "$2" said.head || { cat said.head; return 1; }; }
check "ring: put" with_ring put note s3://lab/ring/note
check "ring: the rule's key sealed it" get_file ./key note s3://lab/ring/note
check "ring: get" ring_get s3://lab/ring/note
check "ring: an object of the retired key" s3seal put -k ./wrong.key note s3://lab/ring/old
check "ring: the retired key opens it" ring_get s3://lab/ring/old
check "ring: head shows the retired key's MD5" ring_says s3://lab/ring/old "$(s3seal key md5 ./wrong.key)"
check "ring: put with a derived key" with_ring put note s3://lab/ring/each/note
check "ring: get with a derived key" ring_get s3://lab/ring/each/note
check "ring: the master itself does not open it" \
  no_download 4 s3://lab/ring/each/note -k ./master.key
check "ring: the object's key" with_ring key derive s3://lab/ring/each/note -o object.key
check "ring: opens it" get_file ./object.key note s3://lab/ring/each/note
check "ring: and no other" no_download 4 s3://lab/ring/note -k ./object.key
check "ring: no rule, no key: put ends in 2" refused 2 s3://lab/other with_ring put note s3://lab/other
check "ring: a key without a rule for the store ends in 6" \
  refused 6 s3://lab/other with_ring put -k before note s3://lab/other

# --- Folders, copies, audits --------------------------------------------------------------------

mkdir -p tree/b
cp note tree/a
cp note "tree/b/c d"
check "folder: put -r" s3seal put -k ./key -r tree s3://lab/tree
get_tree() { rm -rf tree.back && s3seal get -k ./key -r s3://lab/tree tree.back && diff -r tree tree.back; }
check "folder: get -r" get_tree
lists() { [ "$(s3seal ls "${@:2}")" = "$1" ]; }
check "folder: ls" lists $'a\nb/' s3://lab/tree/
check "folder: ls -r" lists $'a\nb/c d' -r s3://lab/tree/
sync_nothing() { s3seal sync -k ./key --size-only tree s3://lab/tree 2>&1 | grep -F '2 unchanged'; }
check "folder: sync has nothing to do" sync_nothing
sync_down() { rm -rf tree.synced && s3seal sync -k ./key s3://lab/tree tree.synced && diff -r tree tree.synced; }
check "folder: sync down" sync_down

check "copy: from key to key" s3seal cp --source-key ./key -k ./wrong.key s3://lab/tree/a s3://lab/copies/other
check "copy: the new key opens it" get_file ./wrong.key note s3://lab/copies/other
check "copy: the old one does not" no_download 4 s3://lab/copies/other -k ./key
check "copy: sealed to plain" s3seal cp --source-key ./key --no-key s3://lab/tree/a s3://lab/copies/plain
get_plain_copy() { rm -f back && s3seal get s3://lab/copies/plain back && cmp note back; }
check "copy: opens without a key" get_plain_copy
check "copy: plain to sealed" s3seal cp --source-key none -k ./key s3://lab/copies/plain s3://lab/copies/sealed
check "copy: the key opens it" get_file ./key note s3://lab/copies/sealed
check "copy: a wrong source key ends in 4" \
  refused 4 s3://lab/tree/a s3seal cp --source-key ./wrong.key -k ./key s3://lab/tree/a s3://lab/copies/never
check "move" s3seal mv -k ./key s3://lab/copies/sealed s3://lab/copies/moved
check "move: it is there" get_file ./key note s3://lab/copies/moved
check "move: and no longer where it was" no_download 3 s3://lab/copies/sealed -k ./key
audited() { s3seal audit -k ./key s3://lab/copies 2>&1 | tail -1 | grep -F '1 sealed, 1 locked, 1 plain'; }
check "audit: what is sealed, locked and plain" audited
alarm() { local status=0; s3seal audit -k ./key --fail-on locked s3://lab/copies || status=$?; [ "$status" = 4 ]; }
check "audit: --fail-on locked ends in 4" alarm

# --- Refusals ---------------------------------------------------------------------------------

for object in note random; do
  url=s3://lab/sealed/$object
  check "wrong key: get $object ends in 4" no_download 4 "$url" -k ./wrong.key
  check "wrong key: head $object ends in 4" refused 4 "$url" s3seal head -k ./wrong.key "$url"
  check "no key: get $object ends in 4" no_download 4 "$url"
  check "no key: head $object ends in 4" refused 4 "$url" s3seal head "$url"
done
check "put without a key ends in 2" refused 2 '-k' s3seal put note s3://lab/never

check "rm" s3seal rm s3://lab/sealed/raw
check "deleted: get ends in 3" no_download 3 s3://lab/sealed/raw -k ./key
check "deleted: head ends in 3" refused 3 s3://lab/sealed/raw s3seal head -k ./key s3://lab/sealed/raw
check "absent bucket: get ends in 3" no_download 3 s3://absent/note -k ./key
check "absent bucket: head ends in 3" refused 3 s3://absent/note s3seal head -k ./key s3://absent/note
# No put here: this store makes the bucket for whoever may, and denies it to everybody else.

as_writer() { AWS_ACCESS_KEY_ID=writer "$@"; }
as_reader() { AWS_ACCESS_KEY_ID=reader "$@"; }
# A machine that makes backups need not be able to read them, or a break-in there opens them all.
for name in note random; do
  url=s3://lab/backup/$name
  check "write-only credentials: put $name" as_writer s3seal put -k ./key "$name" "$url"
  check "write-only credentials: put $name again" as_writer s3seal put -k ./key "$name" "$url"
  check "write-only credentials: get $name ends in 5" as_writer no_download 5 "$url" -k ./key
  check "write-only credentials: head $name ends in 5" as_writer refused 5 "$url" s3seal head -k ./key "$url"
  check "read-only credentials: get $name" as_reader get_file ./key "$name" "$url"
  check "read-only credentials: put $name ends in 5" as_reader refused 5 "$url" s3seal put -k ./key "$name" "$url"
  check "read-only credentials: rm $name ends in 5" as_reader refused 5 "$url" s3seal rm "$url"
done

with_wrong_secret() { AWS_SECRET_ACCESS_KEY=wrong "$@"; }
check "wrong secret: get ends in 5" with_wrong_secret no_download 5 s3://lab/sealed/note -k ./key
check "wrong secret: head ends in 5" \
  with_wrong_secret refused 5 s3://lab/sealed/note s3seal head -k ./key s3://lab/sealed/note
check "wrong secret: put ends in 5" \
  with_wrong_secret refused 5 s3://lab/never s3seal put -k ./key note s3://lab/never
check "wrong secret: rm ends in 5" \
  with_wrong_secret refused 5 s3://lab/sealed/note s3seal rm s3://lab/sealed/note

with_unknown_ca() { (unset AWS_CA_BUNDLE && "$@"); }
check "unknown CA: get ends in 8" with_unknown_ca no_download 8 s3://lab/sealed/note -k ./key
check "unknown CA: head ends in 8" \
  with_unknown_ca refused 8 '--ca-bundle' s3seal head -k ./key s3://lab/sealed/note
check "unknown CA: put ends in 8" \
  with_unknown_ca refused 8 '--ca-bundle' s3seal put -k ./key note s3://lab/never
check "--ca-bundle names the CA" \
  with_unknown_ca s3seal head --ca-bundle ca.pem -k ./key s3://lab/sealed/note

for name in note random; do
  url=s3://lab/sealed/$name
  check "put --if-none-match on an existing object ends in 9: $name" \
    refused 9 "$url" s3seal put -k ./key --if-none-match '*' empty "$url"
  check "and leaves it as it was: $name" get_file ./key "$name" "$url"
done
check "put --if-none-match of several parts on an existing object ends in 9" \
  refused 9 s3://lab/sealed/note s3seal put -k ./key --if-none-match '*' random s3://lab/sealed/note
check "put --if-none-match where nothing is" \
  s3seal put -k ./key --if-none-match '*' note s3://lab/sealed/fresh

plain=s3://lab/plain/note
check "aws s3 cp stores a plain object" aws s3 cp --no-progress note "$plain"
check "plain object: get with a key ends in 6" no_download 6 "$plain" -k ./key
check "plain object: head with a key ends in 6" refused 6 "$plain" s3seal head -k ./key "$plain"
get_plain() { rm -f back && s3seal get "$@" "$plain" back && cmp note back; }
check "plain object: get without a key" get_plain
check "plain object: get --allow-plain" get_plain -k ./key --allow-plain

no_upload_left() {
  admin leftovers lab >left && { ! grep '^upload' left; } && grep -q '^object sealed/note$' left
}
check "no refusal left an upload behind" no_upload_left
nothing_at_never() { fails grep ' never$' left; }
check "no refused put published anything" nothing_at_never

# --- Rotation ---------------------------------------------------------------------------------

. "$stores/rotation.sh"

# --- The doctor -------------------------------------------------------------------------------

admin make clinic
admin make clinic-kept --versioned
nothing_in() { admin leftovers "$1" >left && cat left && [ ! -s left ]; }
# The certificates of these checks are good for two days, and the proof is renewed however often one asks.
for bucket in clinic clinic-kept; do
  check "doctor: empty at first ($bucket)" nothing_in "$bucket"
  for _ in first second; do
    check "doctor: this store seals ($bucket)" diagnosed 0 "s3://$bucket/trials" tls=warn
    check "doctor: nothing is left ($bucket)" nothing_in "$bucket"
  done
done
check "doctor: an absent bucket" diagnosed 3 s3://absent tls=warn bucket=fail versioning=skip sse-c=skip write=skip read=skip \
  wrong-key=skip no-key=skip checksums=skip put=skip multipart=skip copy=skip copy-in-place=skip copy-plain=skip \
  conditions=skip presigned=skip cleanup=skip
check "doctor: read-only credentials" as_reader diagnosed 5 s3://clinic tls=warn bucket=warn sse-c=warn write=fail \
  read=skip wrong-key=skip no-key=skip checksums=skip put=skip multipart=skip copy=skip copy-in-place=skip \
  copy-plain=skip conditions=skip presigned=skip
check "doctor: write-only credentials" as_writer diagnosed 5 s3://clinic tls=warn bucket=warn versioning=skip sse-c=warn read=fail \
  wrong-key=skip no-key=skip checksums=skip put=skip multipart=skip copy=skip copy-in-place=skip copy-plain=skip \
  conditions=skip presigned=skip
check "doctor: nothing is left of any of that" nothing_in clinic

# --- Versions ---------------------------------------------------------------------------------

put_version() { s3seal put --json -k "$1" "$2" s3://kept/note >put.json && version_of put.json >"$3" && [ -s "$3" ]; }
version_of() { "$venv/bin/python" -c 'import json, sys; print(json.load(open(sys.argv[1]))["versionId"])' "$1"; }
check "put a first version" put_version ./key note first
check "put a second version with another key" put_version ./wrong.key stream second
get_version() { rm -f back && s3seal get -k "$1" --version-id "$(cat "$3")" s3://kept/note back && cmp "$2" back; }
check "get the first version with its key" get_version ./key note first
check "get the second version with its key" get_version ./wrong.key stream second
check "rm hides the object" s3seal rm s3://kept/note
check "hidden: get ends in 3" no_download 3 s3://kept/note -k ./key
check "hidden: the first version can be had" get_version ./key note first

# --- Presigned URLs ---------------------------------------------------------------------------

curl_quietly() { curl --silent --show-error --cacert ca.pem --max-time 60 "$@"; }
presigned() { s3seal presign -k ./key --headers-file "$1.headers" "${@:3}" "$2" >"$1.url"; }
: >urls
for object in note random; do
  check "presign GET $object" presigned "get-$object" "s3://lab/sealed/$object"
  cat "get-$object.url" >>urls
  curl_get() {
    rm -f back
    curl_quietly --fail -H @"get-$object.headers" -o back "$(cat "get-$object.url")" && cmp "$object" back
  }
  check "curl downloads $object" curl_get
  curl_get_keyless() { fails curl_quietly --fail -o back "$(cat "get-$object.url")"; }
  check "curl without the headers gets no $object" curl_get_keyless
done
for object in note random empty; do
  check "presign PUT $object" presigned "put-$object" "s3://lab/curl/$object" --method PUT
  cat "put-$object.url" >>urls
  curl_put_keyless() {
    fails curl_quietly --fail -T "$object" "$(cat "put-$object.url")" &&
      refused 3 "curl/$object" s3seal head -k ./key "s3://lab/curl/$object"
  }
  check "curl without the headers stores no $object" curl_put_keyless
  curl_put() { curl_quietly --fail -H @"put-$object.headers" -T "$object" "$(cat "put-$object.url")"; }
  check "curl uploads $object" curl_put
  check "get $object that curl uploaded" get_file ./key "$object" "s3://lab/curl/$object"
done
check "presign HEAD" presigned head s3://lab/sealed/note --method HEAD
cat head.url >>urls
curl_head() { curl_quietly --fail --head -H @head.headers "$(cat head.url)" | grep -qi '^content-length: 300000'; }
check "curl asks for the metadata" curl_head
check "presign --json" presigned json s3://lab/sealed/note --json
cat json.url >>urls
whole_curl_line() {
  s3seal presign -k ./key --curl --headers-file line.headers s3://lab/sealed/note >line &&
    rm -rf line.d && mkdir line.d && (cd line.d && cp ../line.headers . &&
    CURL_CA_BUNDLE=$scratch/ca.pem sh ../line) && cmp note line.d/note
}
check "the whole line of presign --curl works" whole_curl_line
cat line >>urls
check "only the owner can read the headers" only_mine get-note.headers
check "no key is in any URL" tells_no_key urls key.bin key.raw wrong.bin

# --- Silence ----------------------------------------------------------------------------------

at_every_verbosity() {
  local verbosity
  for verbosity in -v -vv -vvv -vvvv; do
    s3seal put $verbosity -k ./key random s3://lab/loud &&
      s3seal get $verbosity -k ./key s3://lab/loud back &&
      s3seal head $verbosity -k ./key s3://lab/loud &&
      s3seal presign $verbosity -k ./key --headers-file loud.headers s3://lab/loud || return 1
    s3seal get $verbosity -k ./wrong.key s3://lab/loud back && return 1
    RUST_LOG=trace with_wrong_secret s3seal put $verbosity -k ./key note s3://lab/loud && return 1
  done
  return 0
}
check "the same work, logged" at_every_verbosity
check "no key is in anything that was said" tells_no_key all-said key.bin key.raw wrong.bin master.bin second.bin
check "no key is in the state folder" tells_no_key state/s3seal/proven-buckets key.bin key.raw wrong.bin

summary
