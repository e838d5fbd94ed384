#!/usr/bin/env bash
# The image in a real engine: image/engine.sh docker|podman ARCHIVE. The server starts as CI systems start a service: with
# variables and a port, and no command; the engine's own health check says when it answers.

# shellcheck source=../lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

engine=$1 archive=$2 image=localhost/s3seal:$version
work=$(mktemp -d)
name=s3seal-try-$$
finish() {
  "$engine" rm --force "$name" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT
"$engine" load --quiet --input "$archive"
"$engine" run --detach --name "$name" --env S3SEAL_MOCK_BUCKET=one,two --publish 127.0.0.1:9000:9000 "$image" >/dev/null
for _ in $(seq 120); do
  health=$("$engine" inspect --format '{{.State.Health.Status}}' "$name")
  [ "$health" != healthy ] || break
  sleep 0.25
done
[ "$health" = healthy ] || { "$engine" logs "$name"; die "the server is $health"; }

printf 'secret\n' >"$work/note"
client() {
  "$engine" run --rm --network host --user "$(id -u):$(id -g)" --volume "$work:/data" --env AWS_ENDPOINT_URL=http://127.0.0.1:9000 \
    --env AWS_ACCESS_KEY_ID=test --env AWS_SECRET_ACCESS_KEY=test --env AWS_REGION=us-east-1 "$image" "$@"
}
client keygen -q -o key
client put -q -k ./key note s3://two/note
client get -q -k ./key s3://two/note back
cmp "$work/note" "$work/back"
say "the server answers, and the client's object comes back"
