# Rotation at a store that seals. Sourced by seaweedfs.sh, whose store, keys and files it uses; not run.

check "rotation: a second key" s3seal keygen -o second.key
grep -v '^#' second.key | base64 -d >second.bin
admin make turned
admin make turned-kept --versioned
head -c $((9 * 1024 * 1024)) random >nine
head -c $((17 * 1024 * 1024)) random >seventeen
# In one request, in the parts that put chooses, and in parts of the user's choice.
while read -r object file options; do
  # shellcheck disable=SC2086
  check "rotation: put $object" s3seal put -k ./key $options "$file" "s3://turned/t/$object"
done <<'L'
small note --metadata color=blue,size=9 --content-type text/x --cache-control no-cache --tagging team=a&t=1
empty empty
nine nine --part-size 16MiB
seventeen seventeen
parts seventeen --part-size 5MiB
L
check "rotation: a plain object" s3seal put --no-key note s3://turned/t/plain

# turn FROM TO OPTION…: what each object's result is.
turn() { s3seal rotate --json --from "$1" --to "$2" "${@:3}" >turned.json || { cat turned.json; return 1; }; }
results() { sed -E 's/.*"url":"[^"]*\/([^"\/]*)".*"result":"([^"]*)".*/\1=\2/' turned.json | sort | xargs; }
turns() { local expected=$1; shift; turn "$@" && results && [ "$(results)" = "$expected" ]; }
# opens KEY PREFIX: every object below it, with the content that was put.
opens() {
  local object file
  while read -r object file; do
    get_file "$1" "$file" "$2$object" || { echo "$2$object"; return 1; }
  done <<'L'
small note
empty empty
nine nine
seventeen seventeen
parts seventeen
L
}
nothing_of_trials() { admin leftovers "$1" >left && fails grep -e '^upload' -e s3seal/trial left && grep -q '^object' left; }
# The old key must not open what was rotated, empty or not.
old_key_opens_none() {
  local object
  for object in small empty nine seventeen parts; do no_download 4 "s3://turned/t/$object" -k ./key || return 1; done
}

# The results of the five, and of the plain object beside them.
five() { echo "empty=$1 nine=$1 parts=$1 plain=${2:-plain} seventeen=$1 small=$1"; }
check "rotation: a dry run says what would be done" turns "$(five rotated)" ./key ./second.key --dry-run s3://turned/t/
check "rotation: and does nothing" opens ./key s3://turned/t/
check "rotation: from key to key" turns "$(five rotated)" ./key ./second.key s3://turned/t/
check "rotation: the new key opens each" opens ./second.key s3://turned/t/
check "rotation: the old one opens none" old_key_opens_none
aws_opens_turned() {
  rm -f back && aws s3 cp --no-progress --sse-c AES256 --sse-c-key fileb://second.bin s3://turned/t/parts back && cmp seventeen back
}
check "rotation: aws s3 cp opens what was rotated" aws_opens_turned
keeps_all() {
  s3seal head --json -k ./second.key s3://turned/t/small >said.head && cat said.head &&
    grep -q '"color":"blue"' said.head && grep -q '"size":"9"' said.head && grep -q '"ContentType":"text/x"' said.head &&
    grep -q '"CacheControl":"no-cache"' said.head &&
    aws s3api get-object-tagging --bucket turned --key t/small --query 'sort_by(TagSet,&Key)[].[Key,Value]' --output text |
    tr '\t\n' '= ' | tee tags && [ "$(cat tags)" = 't=1 team=a ' ]
}
check "rotation: metadata, headers and tags are kept" keeps_all
check "rotation: again, all are as they should be" turns "$(five current)" ./key ./second.key s3://turned/t/
check "rotation: nothing is left of it" nothing_of_trials turned

check "rotation: in parts, which this store does not copy" turns "$(five rotated)" ./second.key ./key --part-size 5MiB s3://turned/t/
check "rotation: each opens again with the first key" opens ./key s3://turned/t/
check "rotation: to another prefix" turns "$(five rotated)" ./key ./second.key --dest s3://turned/u/ s3://turned/t/
check "rotation: there the new key opens each" opens ./second.key s3://turned/u/
check "rotation: and here still the old one" opens ./key s3://turned/t/
check "rotation: what is not sealed is sealed" turns "$(five sealed rotated)" none ./second.key s3://turned/t/
check "rotation: and opens with the key" get_file ./second.key note s3://turned/t/plain
check "rotation: what is sealed is unsealed" turns "$(five rotated | sed 's/plain=plain //')" ./second.key none s3://turned/u/
get_unsealed() {
  local object file
  for object in small=note empty=empty nine=nine parts=seventeen; do
    file=${object#*=} object=${object%=*}
    rm -f back && s3seal get "s3://turned/u/$object" back && cmp "$file" back || return 1
  done
}
check "rotation: and opens without a key" get_unsealed
check "rotation: nothing is left of all that" nothing_of_trials turned

for file in note nine; do check "rotation: a version" s3seal put -k ./key "$file" s3://turned-kept/x; done
versions() { admin leftovers turned-kept | grep -c '^version x '; }
tells_old_versions() {
  turn ./key ./second.key --all-versions s3://turned-kept && cat turned.json &&
    [ "$(results)" = 'x=old-version x=old-version x=rotated' ] && [ "$(versions)" = 3 ]
}
check "rotation: former versions are told and kept" tells_old_versions
deletes_old_versions() {
  turn ./key ./second.key --delete-old-versions s3://turned-kept && cat turned.json &&
    [ "$(results)" = 'x=current x=deleted-version x=deleted-version' ] && [ "$(versions)" = 1 ]
}
check "rotation: and deleted where that is said" deletes_old_versions
check "rotation: the newest opens with the new key" get_file ./second.key nine s3://turned-kept/x
check "rotation: nothing is left beside it" nothing_of_trials turned-kept
