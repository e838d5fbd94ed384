# SeaweedFS over TLS, for the checks that need a store that seals. Sourced after lib.sh, not run.

# A store with a certificate authority of its own is what self-hosted stores look like.
make_certificates() {
  local curve=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
  openssl req -x509 "${curve[@]}" -days 2 -subj "/CN=s3seal store checks" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" \
    -keyout ca.key -out ca.pem
  openssl req "${curve[@]}" -subj "/CN=localhost" -keyout server.key -out server.csr
  printf '%s\n' "subjectAltName=DNS:localhost,IP:127.0.0.1" "basicConstraints=CA:FALSE" \
    "extendedKeyUsage=serverAuth" >server.ext
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile server.ext -out server.pem
}

# A running store, and the environment that names it.
start_seaweedfs() {
  make_certificates 2>openssl.log || { cat openssl.log; return 1; }
  local ports
  mapfile -t ports < <(admin ports 8)
  cat >identities.json <<J
{"identities": [
  {"name": "administrator", "actions": ["Admin", "Read", "Write", "List", "Tagging"],
   "credentials": [{"accessKey": "$AWS_ACCESS_KEY_ID", "secretKey": "$AWS_SECRET_ACCESS_KEY"}]},
  {"name": "writer", "actions": ["Write"],
   "credentials": [{"accessKey": "writer", "secretKey": "$AWS_SECRET_ACCESS_KEY"}]},
  {"name": "reader", "actions": ["Read"],
   "credentials": [{"accessKey": "reader", "secretKey": "$AWS_SECRET_ACCESS_KEY"}]}
]}
J
  mkdir data
  serve weed.log "$venv/bin/weed" server -dir=data -ip=127.0.0.1 -ip.bind=127.0.0.1 \
    -master.telemetry=false -master.volumeSizeLimitMB=256 -volume.max=100 -filer -s3 \
    -master.port="${ports[0]}" -master.port.grpc="${ports[1]}" \
    -volume.port="${ports[2]}" -volume.port.grpc="${ports[3]}" \
    -filer.port="${ports[4]}" -filer.port.grpc="${ports[5]}" \
    -s3.port="${ports[6]}" -s3.port.grpc="${ports[7]}" -s3.port.iceberg=0 -s3.port.lance=0 \
    -s3.config=identities.json -s3.localSocket="$scratch/s3.sock" \
    -s3.cert.file=server.pem -s3.key.file=server.key
  answers "${ports[6]}" weed.log
  export AWS_ENDPOINT_URL=https://localhost:${ports[6]} AWS_CA_BUNDLE=$scratch/ca.pem
}
