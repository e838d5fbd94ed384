#!/usr/bin/env bash
# s3seal against moto, which takes keys, ignores them and keeps plaintext: every sealed write must end
# in exit code 6 and leave nothing behind.
#
#   S3SEAL=target/release/s3seal tests/stores/moto.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
install_tools
isolate
cd "$scratch"

port=$(admin ports 1)
serve moto.log "$venv/bin/moto_server" -H 127.0.0.1 -p "$port"
answers "$port" moto.log
export AWS_ENDPOINT_URL=http://127.0.0.1:$port

s3seal keygen -q -o key
grep -v '^#' key | base64 -d >key.bin
echo 'a small secret' >small
head -c $((20 * 1024 * 1024)) /dev/urandom >large

# The probe must be able to see what it is there to find.
sees_leftovers() {
  admin make probe --versioned &&
    aws s3api put-object --bucket probe --key seen --body small --sse-customer-algorithm AES256 \
      --sse-customer-key 0123456789abcdef0123456789abcdef &&
    aws s3api create-multipart-upload --bucket probe --key begun &&
    aws s3 cp --no-progress small s3://probe/gone &&
    aws s3api delete-object --bucket probe --key gone &&
    admin leftovers probe >left &&
    cat left && grep -q '^object seen' left && grep -q '^version seen' left &&
    grep -q '^delete-marker gone' left && grep -q '^upload begun' left
}
check "the look behind the program's back sees objects, versions, markers and uploads" sees_leftovers
keeps_plaintext() { aws s3api get-object --bucket probe --key seen back && cmp small back; }
check "this store keeps plaintext whatever the key" keeps_plaintext

put_pipe() { cat "$1" | s3seal put -k ./key - "$2"; }
nothing_in() { admin leftovers "$1" >left && cat left && [ ! -s left ]; }
not_proven() { [ ! -e state/s3seal/proven-buckets ] || fails grep -- " $1\$" state/s3seal/proven-buckets; }

# refuses_to_store BUCKET: whatever the size and the source.
refuses_to_store() {
  local bucket=$1 what=$2 url
  url=s3://$bucket/secret
  check "$what: put of a small file ends in 6" refused 6 "$url" s3seal put -k ./key small "$url"
  check "$what: and leaves nothing behind" nothing_in "$bucket"
  check "$what: put of a large file ends in 6" refused 6 "$url" s3seal put -k ./key large "$url"
  check "$what: and leaves nothing behind" nothing_in "$bucket"
  check "$what: put from a pipe ends in 6" refused 6 "$url" put_pipe small "$url"
  check "$what: and leaves nothing behind" nothing_in "$bucket"
  check "$what: put of a large pipe ends in 6" refused 6 "$url" put_pipe large "$url"
  check "$what: and leaves nothing behind" nothing_in "$bucket"
}

for bucket in fresh fresh-versioned; do
  case $bucket in
    *-versioned) what="bucket with versions" options=(--versioned) ;;
    *) what=bucket options=() ;;
  esac
  admin make "$bucket" "${options[@]}"
  # Making the bucket with versions wrote and removed before they were kept.
  check "$what: empty at first" nothing_in "$bucket"
  refuses_to_store "$bucket" "$what"
  check "$what: not remembered as one that seals" not_proven "$bucket"
done

trusting() { echo "$AWS_ENDPOINT_URL $1" >>state/s3seal/proven-buckets && "${@:2}"; }
left_alone() {
  s3seal rotate --json --from ./key --to ./new.key "$1" >left && cat left &&
    [ "$(grep -c '"result":"plain"' left)" = 2 ] && ! grep -v '"result":"plain"' left
}
unchanged() {
  local name
  admin leftovers "$1" | grep -v ' ready' | diff before - || return 1
  for name in small large; do rm -f back && s3seal get "s3://$1/$name" back && cmp "$name" back || return 1; done
}

# A bucket that once sealed, or was said to: now the one-request path has to notice, and to clean up.
for bucket in trusted trusted-versioned; do
  case $bucket in
    *-versioned) what="trusted bucket with versions" options=(--versioned) ;;
    *) what="trusted bucket" options=() ;;
  esac
  admin make "$bucket" "${options[@]}"
  mkdir -p state/s3seal
  echo "$AWS_ENDPOINT_URL $bucket" >>state/s3seal/proven-buckets
  refuses_to_store "$bucket" "$what"
done

# Proof that the case above took the path it is there for: one request, and then the removal.
one_request() { [ "$(grep -c '"PUT /trusted[a-z-]*/secret' moto.log)" -ge 4 ] && grep -q '"DELETE /trusted/secret' moto.log; }
check "trusted buckets were written to in one request" one_request

former() { aws s3 cp --no-progress "$1" "s3://$2/secret"; }
says() { refused 6 "$1" s3seal put -k ./key small "$2" && grep -qF "$1" "$scratch/stderr"; }
check "without versions: a former object" former large trusted
check "without versions: the refusal says that the former object is gone" says 'is gone' s3://trusted/secret
check "without versions: it is" nothing_in trusted
check "with versions: a former object" former large trusted-versioned
check "with versions: the refusal ends in 6" says 'that version was removed' s3://trusted-versioned/secret
get_former() { rm -f back && s3seal get s3://trusted-versioned/secret back && cmp large back; }
check "with versions: the former object is back" get_former

plain=s3://fresh/plain
check "put --no-key stores a plain object" s3seal put --no-key small "$plain"
check "plain object: get with a key ends in 6" no_download 6 "$plain" -k ./key
check "plain object: get with a key to a pipe ends in 6" refused 6 "$plain" s3seal get -k ./key "$plain" -
check "plain object: head with a key ends in 6" refused 6 "$plain" s3seal head -k ./key "$plain"
get_plain() { rm -f back && s3seal get "$@" "$plain" back && cmp small back; }
check "plain object: get without a key" get_plain
check "plain object: get --allow-plain" get_plain -k ./key --allow-plain
for name in small large; do
  url=s3://absent-bucket/$name
  check "absent bucket: put of a $name file ends in 3" refused 3 "$url" s3seal put -k ./key "$name" "$url"
done

check "copy: a sealed copy ends in 6" refused 6 s3://fresh/copy s3seal cp --source-key none -k ./key "$plain" s3://fresh/copy
check "copy: nothing is left of it" refused 3 s3://fresh/copy s3seal head s3://fresh/copy
audited() { s3seal audit -k ./key s3://fresh 2>&1 | tail -1 | grep -F '1 plain'; }
check "audit: the store's objects are plain" audited

# Whichever way it would go: a copy within the store, or through this machine.
s3seal keygen -q -o new.key
for bucket in turned turned-versioned; do
  case $bucket in
    *-versioned) what="rotation with versions" options=(--versioned) ;;
    *) what=rotation options=() ;;
  esac
  admin make "$bucket" "${options[@]}"
  for name in small large; do s3seal put -q --no-key "$name" "s3://$bucket/$name"; done
  admin leftovers "$bucket" | grep -v ' ready' >before
  check "$what: sealing ends in 6" refused 6 "s3://$bucket/small" s3seal rotate --from none --to ./new.key "s3://$bucket/"
  check "$what: even if the bucket is trusted" trusting "$bucket" \
    refused 6 "s3://$bucket/small" s3seal rotate --from none --to ./new.key "s3://$bucket/"
  check "$what: what a key is said to have sealed is plain" left_alone "s3://$bucket/"
  check "$what: nothing is changed" unchanged "$bucket"
done

admin make clinic
admin make clinic-kept --versioned
check "doctor: empty at first" nothing_in clinic-kept
for bucket in clinic clinic-kept; do
  check "doctor: this store does not seal ($bucket)" diagnosed 6 "s3://$bucket" tls=warn versioning=skip write=fail read=skip \
    wrong-key=skip no-key=skip checksums=skip put=skip multipart=skip copy=skip copy-in-place=skip copy-plain=skip \
    conditions=skip presigned=skip
  first_of_all() { head -1 "$scratch/doctor" | grep -F '"check":"write","status":"fail"' | grep plaintext; }
  check "doctor: and says so first of all ($bucket)" first_of_all
  check "doctor: nothing is left ($bucket)" nothing_in "$bucket"
done

check "no key is in anything that was said" tells_no_key all-said key.bin

summary
