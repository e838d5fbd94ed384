#!/usr/bin/env bash
# Called by packaging/test.sh in namespaces of its own: image/try.sh ROOT ENVIRONMENT-FILE
set -euo pipefail
tree=$1
mapfile -t variables <"$2"
ip link set lo up
mount -t proc proc "$tree/proc"

# in_image COMMAND…: as the image's user, with the image's variables, as `docker run` starts it.
chroot=$(command -v chroot)
in_image() { env -C / -i "${variables[@]}" "${more[@]}" "$chroot" --userspec=65532:65532 "$tree" "$@"; }
more=()
# Not by the function: the signal is for the server, and not for a shell that waits for it.
start_server() {
  env -C / -i "${variables[@]}" "${more[@]}" "$chroot" --userspec=65532:65532 "$tree" /usr/bin/s3seal mock >/dev/null &
  server=$!
}

start_server
# The health check asks until the server answers, as a runtime does.
for _ in $(seq 200); do
  if in_image /usr/bin/s3seal mock --health 2>/dev/null; then break; fi
  sleep 0.05
done
in_image /usr/bin/s3seal mock --health
in_image /usr/bin/s3seal mock --health http://127.0.0.1:9000
curl -fsS http://127.0.0.1:9000/-/health >/dev/null

# The client is another container: files in a mounted folder, credentials and endpoint from variables.
more=(AWS_ENDPOINT_URL=http://127.0.0.1:9000 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1)
printf 'secret\n' >"$tree/data/note"
in_image /usr/bin/s3seal keygen -q -o /data/key
in_image /usr/bin/s3seal put -q -k /data/key /data/note s3://demo/note
in_image /usr/bin/s3seal get -q -k /data/key s3://demo/note /data/back
cmp "$tree/data/note" "$tree/data/back"
if in_image /usr/bin/s3seal get -q s3://demo/note /data/open; then echo 'it was read without its key'; exit 1; fi

kill -TERM "$server"
wait "$server" || [ $? = 143 ]
# With TLS by a variable the same health check asks over https.
more=(S3SEAL_MOCK_TLS=true)
start_server
for _ in $(seq 200); do
  if in_image /usr/bin/s3seal mock --health 2>/dev/null; then break; fi
  sleep 0.05
done
in_image /usr/bin/s3seal mock --health
kill -TERM "$server"
wait "$server" || [ $? = 143 ]
if in_image /usr/bin/s3seal mock --health; then echo 'a server that has ended is healthy'; exit 1; fi
