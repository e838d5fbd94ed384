#!/usr/bin/env bash
# Other people's clients, unmodified, against `s3seal mock`, over http and TLS and with their default checksums:
# aws-cli, boto3, rclone, curl, obstore. (The AWS SDK for Rust is what the mock's own tests use.)
#
#   S3SEAL=target/release/s3seal tests/stores/clients.sh

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
install_tools
isolate
cd "$scratch"

rclone() { timeout 180 "$venv/bin/rclone" "$@"; }
python() { timeout 180 "$venv/bin/python" "$@"; }

head -c 32 /dev/urandom >key.bin
head -c 32 /dev/urandom >wrong.bin
key_text=$(base64 -w0 key.bin)
key_md5=$(openssl dgst -md5 -binary key.bin | base64)
wrong_text=$(base64 -w0 wrong.bin)
wrong_md5=$(openssl dgst -md5 -binary wrong.bin | base64)
echo 'a small secret' >small
head -c $((20 * 1024 * 1024 + 1)) /dev/urandom >large
: >empty

# answers_with TEXT COMMAND…: fails with exactly this at the end of what it says.
answers_with() {
  local text=$1 said
  shift
  if said=$("$@" 2>&1); then
    echo "succeeded: $*"
    return 1
  fi
  echo "$said"
  case $said in
    *"$text") ;;
    *) echo "it does not end in: $text" && return 1 ;;
  esac
}

sealed_as() { [ "$1" = "$2" ] || { echo "$1 instead of $2"; return 1; }; }

# --- aws-cli: the examples of published guides, right and wrong ones ----------------------------

sse_c=(--sse-customer-algorithm AES256)
put_object() { aws s3api put-object --bucket demo --key "$1" --body small "${@:2}"; }
get_object() { rm -f back && aws s3api get-object --bucket demo --key "$1" "${@:2}" back; }
keyed() { "$@" "${sse_c[@]}" --sse-customer-key "$key_text" --sse-customer-key-md5 "$key_md5"; }
wrongly_keyed() { "$@" "${sse_c[@]}" --sse-customer-key "$wrong_text" --sse-customer-key-md5 "$wrong_md5"; }

aws_guides() {
  local ascii=23832BAC16516152E560F933F261BF03 truncated=${key_text:0:32} hex_md5
  check "$1: s3api: text and MD5 of the key" keyed put_object text
  check "$1: s3api: and back" keyed get_object text
  check "$1: s3api: it is what was put" cmp small back
  check "$1: s3api: a raw key without MD5" put_object raw "${sse_c[@]}" --sse-customer-key fileb://key.bin
  check "$1: s3api: opened by its text" keyed get_object raw
  check "$1: s3api: a base64 key without MD5 is encoded twice" answers_with \
    "(InvalidArgument) when calling the PutObject operation: The secret key was invalid for the specified algorithm." \
    put_object twice "${sse_c[@]}" --sse-customer-key "$key_text"
  # The recipe of the guides, wrong three times over: hex text, of the base64 text, with a newline.
  hex_md5=$(echo "$key_text" | md5sum | awk '{print $1}' | base64 -w0)
  check "$1: s3api: the guides' recipe for the MD5" answers_with \
    "(InvalidArgument) when calling the PutObject operation: The calculated MD5 hash of the key did not match the hash that was provided." \
    put_object recipe "${sse_c[@]}" --sse-customer-key "$key_text" --sse-customer-key-md5 "$hex_md5"
  ascii_md5() {
    put_object ascii "${sse_c[@]}" --sse-customer-key "$ascii" --query SSECustomerKeyMD5 --output text >md5 &&
      sealed_as "$(cat md5)" 'rjGuMdjLpPV1eRuotNaPMQ=='
  }
  check "$1: s3api: 32 hex digits are used as ASCII" ascii_md5
  check "$1: s3 cp: 32 hex digits open the same object" \
    aws s3 cp --no-progress --sse-c AES256 --sse-c-key "$ascii" s3://demo/ascii back
  truncated_md5() {
    put_object truncated "${sse_c[@]}" --sse-customer-key "$truncated" --query SSECustomerKeyMD5 --output text >md5 &&
      sealed_as "$(cat md5)" "$(printf %s "$truncated" | openssl dgst -md5 -binary | base64)"
  }
  check "$1: s3api: the first 32 characters of a text, as Velero cut them" truncated_md5
  check "$1: s3 cp: takes no base64" answers_with \
    "(InvalidArgument) when calling the PutObject operation: The secret key was invalid for the specified algorithm." \
    aws s3 cp --no-progress --sse-c AES256 --sse-c-key "$key_text" small s3://demo/never
}

aws_answers() {
  check "$1: get without the key" answers_with \
    "(InvalidRequest) when calling the GetObject operation: The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object." \
    get_object text
  check "$1: get with a wrong key" answers_with \
    "(AccessDenied) when calling the GetObject operation: Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key." \
    wrongly_keyed get_object text
  check "$1: head without the key" answers_with "(400) when calling the HeadObject operation: Bad Request" \
    aws s3api head-object --bucket demo --key text
  check "$1: head with a wrong key" answers_with "(403) when calling the HeadObject operation: Forbidden" \
    wrongly_keyed aws s3api head-object --bucket demo --key text
  check "$1: a plain object" put_object plain
  check "$1: a key for it" answers_with \
    "(InvalidRequest) when calling the GetObject operation: The encryption parameters are not applicable to this object." \
    keyed get_object plain
  check "$1: an algorithm that is none" answers_with \
    "(InvalidEncryptionAlgorithmError) when calling the PutObject operation: The Encryption request you specified is not valid. Supported value: AES256." \
    put_object never --sse-customer-algorithm aes256 --sse-customer-key "$key_text" --sse-customer-key-md5 "$key_md5"
  check "$1: SSE-C and SSE-S3 together" answers_with \
    "(InvalidArgument) when calling the PutObject operation: Server Side Encryption with Customer provided key is incompatible with the encryption method specified" \
    keyed put_object never --server-side-encryption AES256
  check "$1: absent objects need no key" answers_with \
    "(NoSuchKey) when calling the GetObject operation: The specified key does not exist." get_object never
  aws_attributes() {
    keyed aws s3api get-object-attributes --bucket demo --key text --object-attributes ObjectSize --query ObjectSize >size &&
      sealed_as "$(cat size)" 15
  }
  check "$1: get-object-attributes" aws_attributes
  check "$1: tags are read without the key" aws s3api get-object-tagging --bucket demo --key text
}

aws_multipart() {
  local id etag
  id=$(keyed aws s3api create-multipart-upload --bucket demo --key parts --query UploadId --output text)
  part() {
    aws s3api upload-part --bucket demo --key parts --upload-id "$id" --part-number 1 --body small \
      --query ETag --output text "$@"
  }
  check "$1: a part without the key" answers_with \
    "(InvalidRequest) when calling the UploadPart operation: The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters." \
    part
  check "$1: a part with another key" answers_with \
    "(InvalidRequest) when calling the UploadPart operation: The provided encryption parameters did not match the ones used originally." \
    wrongly_keyed part
  etag=$(keyed part)
  check "$1: complete" keyed aws s3api complete-multipart-upload --bucket demo --key parts --upload-id "$id" \
    --multipart-upload "Parts=[{ETag=$etag,PartNumber=1}]"
  check "$1: the finished object opens" keyed get_object parts
}

aws_transfers() {
  local seal=(--no-progress --sse-c AES256 --sse-c-key fileb://key.bin) name
  for name in small large empty; do
    aws_round() {
      aws s3 cp "${seal[@]}" "$name" "s3://demo/cp/$name" && rm -f back &&
        aws s3 cp "${seal[@]}" "s3://demo/cp/$name" back && cmp "$name" back
    }
    check "$1: s3 cp $name and back" aws_round
  done
  check "$1: s3 cp without the key" answers_with \
    "(400) when calling the HeadObject operation: Bad Request" aws s3 cp --no-progress s3://demo/cp/small back
  aws_rekey() {
    aws s3 cp --no-progress --sse-c AES256 --sse-c-key fileb://wrong.bin \
      --sse-c-copy-source AES256 --sse-c-copy-source-key fileb://key.bin "s3://demo/cp/$name" s3://other/copy &&
      rm -f back && aws s3 cp --no-progress --sse-c AES256 --sse-c-key fileb://wrong.bin s3://other/copy back &&
      cmp "$name" back
  }
  for name in small large; do check "$1: s3 cp of $name from one key to another" aws_rekey; done
  aws_sync() {
    rm -rf tree back.d && mkdir -p tree/sub && cp small tree/ && cp large tree/sub/ &&
      aws s3 sync "${seal[@]}" tree s3://demo/tree && aws s3 sync "${seal[@]}" s3://demo/tree back.d && diff -r tree back.d
  }
  check "$1: s3 sync up and down" aws_sync
  check "$1: s3 ls" aws s3 ls --recursive s3://demo/tree
  check "$1: s3 mv" aws s3 mv "${seal[@]}" small.moved s3://demo/moved
  check "$1: s3 rm" aws s3 rm --recursive s3://demo/tree
}

# --- rclone -------------------------------------------------------------------------------------

rclone_checks() {
  # As provider AWS it takes no plain http: a stream that it cannot rewind wants TLS there.
  local remote=(--config /dev/null --s3-provider Other --s3-env-auth --s3-endpoint "$AWS_ENDPOINT_URL"
    --s3-region "$AWS_REGION" --s3-force-path-style=true --retries 1)
  [ -z "${AWS_CA_BUNDLE:-}" ] || remote+=(--ca-cert "$AWS_CA_BUNDLE")
  local sealed=("${remote[@]}" --s3-sse-customer-algorithm AES256 --s3-sse-customer-key-base64 "$key_text")
  rm -rf tree && mkdir -p tree/sub && cp small empty tree/ && cp large tree/sub/
  check "$1: copy" rclone copy "${sealed[@]}" --s3-upload-cutoff 8M tree :s3:demo/rclone
  check "$1: check" rclone check "${sealed[@]}" --download tree :s3:demo/rclone
  check "$1: check by hash" rclone check "${sealed[@]}" --one-way tree :s3:demo/rclone
  rclone_cat() { rclone cat "${sealed[@]}" :s3:demo/rclone/sub/large >back && cmp large back; }
  check "$1: cat" rclone_cat
  check "$1: cat without the key" fails rclone cat "${remote[@]}" :s3:demo/rclone/small
  check "$1: cat with a wrong key" fails rclone cat "${remote[@]}" \
    --s3-sse-customer-algorithm AES256 --s3-sse-customer-key-base64 "$wrong_text" :s3:demo/rclone/small
  check "$1: aws-cli opens what rclone sealed" keyed get_object rclone/sub/large
  check "$1: and it is the same" cmp large back
}

# --- curl with presigned URLs -------------------------------------------------------------------

curl_checks() {
  local ca=() headers=(-H 'x-amz-server-side-encryption-customer-algorithm: AES256'
    -H "x-amz-server-side-encryption-customer-key: $key_text"
    -H "x-amz-server-side-encryption-customer-key-MD5: $key_md5")
  [ -z "${AWS_CA_BUNDLE:-}" ] || ca=(--cacert "$AWS_CA_BUNDLE")
  curl_quietly() { curl --silent --show-error --max-time 60 "${ca[@]}" "$@"; }
  local url
  url=$(python "$stores/clients.py" presign put_object demo curl key.bin)
  check "$1: PUT" curl_quietly --fail "${headers[@]}" -T large "$url"
  curl_is() { [ "$(curl_quietly -o answer -w '%{http_code}' "${@:3}")" = "$1" ] && grep -qF "$2" answer; }
  check "$1: PUT without what was signed" curl_is 403 SignatureDoesNotMatch -T small "$url"
  url=$(python "$stores/clients.py" presign get_object demo curl key.bin)
  curl_get() { curl_quietly --fail "${headers[@]}" -o back "$url" && cmp large back; }
  check "$1: GET" curl_get
  check "$1: GET with a header that was not signed" curl_is 403 \
    '<HeadersNotSigned>x-amz-meta-extra</HeadersNotSigned>' "${headers[@]}" -H 'x-amz-meta-extra: 1' "$url"
  url=$(python "$stores/clients.py" presign get_object demo curl key.bin virtual)
  local port=${AWS_ENDPOINT_URL##*:}
  curl_virtual() {
    curl_quietly --fail --resolve "demo.localhost:$port:127.0.0.1" "${headers[@]}" -o back "$url" && cmp large back
  }
  check "$1: GET with the bucket in the host name" curl_virtual
}

# --- aws-cli: identities, policies, locks, ACLs, notifications ----------------------------------

# by_role ARGUMENTS…: aws-cli with the credentials of a session, which may only read below a/.
by_role() {
  local key secret token policy
  policy='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::demo/a/*"}}'
  read -r key secret token < <(aws sts assume-role --role-arn arn:aws:iam::123456789012:role/reader --role-session-name check \
    --policy "$policy" --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text) || return
  AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret AWS_SESSION_TOKEN=$token aws "$@"
}

aws_accounts() {
  caller() { [ "$(aws sts get-caller-identity --query Arn --output text)" = arn:aws:iam::123456789012:user/mock ]; }
  check "$1: sts get-caller-identity" caller
  own_address() { env -u AWS_ENDPOINT_URL AWS_ENDPOINT_URL_STS="$AWS_ENDPOINT_URL" "$venv/bin/aws" sts get-session-token >session; }
  check "$1: sts get-session-token, by the address of STS alone" own_address
  aws s3api put-object --bucket demo --key a/one --body small >/dev/null
  aws s3api put-object --bucket demo --key b/one --body small >/dev/null
  check "$1: a role reads what its session policy allows" by_role s3api get-object --bucket demo --key a/one back
  check "$1: and nothing else" answers_with "because no session policy allows the s3:GetObject action" \
    by_role s3api get-object --bucket demo --key b/one back
  denied() {
    aws s3api put-bucket-policy --bucket demo --policy '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::demo/b/*"}}' &&
      answers_with "with an explicit deny in a resource-based policy" aws s3api get-object --bucket demo --key b/one back &&
      aws s3api get-object --bucket demo --key a/one back && aws s3api delete-bucket-policy --bucket demo
  }
  check "$1: a bucket's policy denies" denied
}

aws_locks() {
  local version
  aws s3api create-bucket --bucket locked --object-lock-enabled-for-bucket --object-ownership ObjectWriter >/dev/null
  version=$(aws s3api put-object --bucket locked --key kept --body small --checksum-algorithm CRC32 \
    --object-lock-mode COMPLIANCE --object-lock-retain-until-date 2099-01-01T00:00:00Z --query VersionId --output text)
  check "$1: a locked version is not deleted" answers_with "because object protected by object lock." \
    aws s3api delete-object --bucket locked --key kept --version-id "$version"
  check "$1: a legal hold" aws s3api put-object-legal-hold --bucket locked --key kept --legal-hold Status=ON
  held() { [ "$(aws s3api get-object-legal-hold --bucket locked --key kept --query LegalHold.Status --output text)" = ON ]; }
  check "$1: and it is there" held
}

aws_acls() {
  local id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
  granted() {
    aws s3api put-object --bucket locked --key shared --body small --checksum-algorithm CRC32 --grant-read "id=$id" >/dev/null &&
      [ "$(aws s3api get-object-acl --bucket locked --key shared --query 'Grants[].[Grantee.ID,Permission]' --output text)" = "$id	READ" ]
  }
  check "$1: a grant to one account" granted
  rewritten() {
    aws s3api get-object-acl --bucket locked --key shared >acl.json &&
      aws s3api put-object-acl --bucket locked --key shared --access-control-policy file://acl.json
  }
  check "$1: the document that tells of it is taken back" rewritten
}

aws_notifications() {
  notified() {
    aws s3api put-bucket-notification-configuration --bucket demo --notification-configuration \
      '{"QueueConfigurations":[{"QueueArn":"arn:aws:sqs:us-east-1:123456789012:q","Events":["s3:ObjectCreated:*"],"Filter":{"Key":{"FilterRules":[{"Name":"suffix","Value":".jpg"}]}}}]}' &&
      aws s3 cp --no-progress small s3://demo/photo.jpg && aws s3 cp --no-progress small s3://demo/photo.txt &&
      aws s3api put-bucket-notification-configuration --bucket demo --notification-configuration '{}' || return
    local deadline=$((SECONDS + 10))
    until [ "$(wc -l <events)" -ge 2 ] || ((SECONDS > deadline)); do sleep 0.1; done
    cat events
    [ "$(wc -l <events)" = 2 ] && grep -q '"Event":"s3:TestEvent"' events && grep -q '"key":"photo.jpg"' events
  }
  check "$1: an event is told" notified
}

# --- s3seal with URLs that boto3 has signed -----------------------------------------------------

url_checks() {
  local link_get link_put
  link_put=$(python "$stores/clients.py" presign put_object demo linked key.bin)
  link_get=$(python "$stores/clients.py" presign get_object demo linked key.bin)
  # Nothing of AWS is in its environment.
  linked() {
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_ENDPOINT_URL -u AWS_REGION "$S3SEAL" "$@"
  }
  check "$1: put" linked put -q -k ./key.bin large "$link_put"
  url_get() { rm -f back && linked get -q -k ./key.bin "$link_get" back && cmp large back; }
  check "$1: get" url_get
  check "$1: get with a wrong key" answers_with "and put it in quotes" linked get -k ./wrong.bin "$link_get" back
  check "$1: aws-cli opens what was put" keyed get_object linked
  check "$1: and it is the same" cmp large back
}

for scheme in http https; do
  case $scheme in
    http) start_mock --bucket demo --bucket other --notify events ;;
    https) start_mock --bucket demo --bucket other --notify events --tls --require-tls ;;
  esac
  cp small small.moved
  aws_guides "$scheme: aws-cli"
  aws_answers "$scheme: aws-cli"
  aws_multipart "$scheme: aws-cli"
  aws_transfers "$scheme: aws-cli"
  for what in transfers presign multipart_copy post_form obstore; do
    check "$scheme: python: $what" python "$stores/clients.py" "$what" demo key.bin wrong.bin
    grep '^skipped' said || true
  done
  aws_accounts "$scheme: aws-cli"
  aws_locks "$scheme: aws-cli"
  aws_acls "$scheme: aws-cli"
  aws_notifications "$scheme: aws-cli"
  rclone_checks "$scheme: rclone"
  curl_checks "$scheme: curl"
  url_checks "$scheme: s3seal with boto3's URLs"
  check "$scheme: no key is in the log of requests" tells_no_key requests.json key.bin wrong.bin
  stop_mock
  rm -f events
done

summary
