"""What clients.sh does in Python: boto3 and obstore against the server that the AWS_* environment names.

    clients.py CHECK BUCKET KEYFILE WRONGFILE           a function below
    clients.py presign METHOD BUCKET NAME KEYFILE [virtual]   prints a URL that signs the SSE-C headers
"""

import base64
import hashlib
import io
import os
import sys
import urllib.error
import urllib.request
import uuid

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

MIB = 1024 * 1024
SMALL_PARTS = TransferConfig(multipart_threshold=6 * MIB, multipart_chunksize=5 * MIB)


def client(style="path", endpoint=None):
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        config=Config(signature_version="s3v4", s3={"addressing_style": style}),
    )


def read_key(name):
    with open(name, "rb") as file:
        return file.read()


def sealed(key, prefix=""):
    return {f"{prefix}SSECustomerAlgorithm": "AES256", f"{prefix}SSECustomerKey": key}


def headers(key):
    prefix = "x-amz-server-side-encryption-customer-"
    return {
        f"{prefix}algorithm": "AES256",
        f"{prefix}key": base64.b64encode(key).decode(),
        f"{prefix}key-MD5": base64.b64encode(hashlib.md5(key).digest()).decode(),
    }


def refused(status, code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        answer = error.response
        found = answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]
        assert found == (status, code), found
    else:
        raise AssertionError("the call succeeded")


def transfers(bucket, key, wrong):
    s3, content = client(), os.urandom(17 * MIB + 3)
    s3.upload_fileobj(
        io.BytesIO(content), bucket, "boto", ExtraArgs=sealed(key), Config=SMALL_PARTS
    )
    back = io.BytesIO()
    s3.download_fileobj(bucket, "boto", back, ExtraArgs=sealed(key), Config=SMALL_PARTS)
    assert back.getvalue() == content
    head = s3.head_object(Bucket=bucket, Key="boto", **sealed(key))
    assert head["SSECustomerKeyMD5"] == headers(key)["x-amz-server-side-encryption-customer-key-MD5"]
    refused(400, "InvalidRequest", s3.get_object, Bucket=bucket, Key="boto")
    refused(403, "AccessDenied", s3.get_object, Bucket=bucket, Key="boto", **sealed(wrong))
    refused(403, "403", s3.head_object, Bucket=bucket, Key="boto", **sealed(wrong))


def presign(bucket, key, wrong):
    s3 = client()
    for method, body in [("put_object", b"presigned"), ("get_object", None)]:
        params = {"Bucket": bucket, "Key": "presigned", **sealed(key)}
        url = s3.generate_presigned_url(method, Params=params)
        assert base64.b64encode(key).decode() not in urllib.request.unquote(url)
        answer = fetch(url, method[:3].upper(), body, headers(key))
        assert answer[0] == 200, answer
    assert answer[1] == b"presigned"
    status, body = fetch(url, "GET", None, headers(wrong))
    assert status == 403 and b"<Code>SignatureDoesNotMatch</Code>" in body, body


def multipart_copy(bucket, key, wrong):
    s3, content = client(), os.urandom(12 * MIB)
    s3.put_object(Bucket=bucket, Key="source", Body=content, **sealed(key))
    s3.copy(
        {"Bucket": bucket, "Key": "source"},
        bucket,
        "target",
        ExtraArgs=sealed(wrong) | sealed(key, "CopySource"),
        Config=SMALL_PARTS,
    )
    found = s3.get_object(Bucket=bucket, Key="target", **sealed(wrong))
    assert found["Body"].read() == content and found["ETag"].endswith('-3"')
    refused(403, "AccessDenied", s3.get_object, Bucket=bucket, Key="target", **sealed(key))


def post_form(bucket, key, _wrong):
    s3 = client()
    fields = headers(key)
    form = s3.generate_presigned_post(
        bucket, "form", Fields=fields, Conditions=[{name: value} for name, value in fields.items()]
    )
    boundary = uuid.uuid4().hex
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    )
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nposted\r\n--{boundary}--\r\n'
    sent = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    status, answer = fetch(form["url"], "POST", body.encode(), sent)
    if status == 501:
        print("skipped: the server does not take forms yet")
        return
    assert status == 204, (status, answer)
    found = s3.get_object(Bucket=bucket, Key="form", **sealed(key))
    assert found["Body"].read() == b"posted"


def obstore(bucket, key, wrong):
    from obstore.exceptions import BaseError
    from obstore.store import S3Store

    ca_file = os.environ.get("AWS_CA_BUNDLE")
    if ca_file:
        os.environ["SSL_CERT_FILE"] = ca_file

    def store(key):
        return S3Store(
            bucket,
            endpoint=os.environ["AWS_ENDPOINT_URL"],
            region=os.environ["AWS_REGION"],
            access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
            secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
            server_side_encryption="sse-c",
            sse_customer_key_base64=base64.b64encode(key).decode(),
            client_options={"allow_http": True},
        )

    for content in [b"a small secret", os.urandom(12 * MIB + 1)]:
        store(key).put("obstore", content, use_multipart=len(content) > MIB, chunk_size=5 * MIB)
        assert bytes(store(key).get("obstore").bytes()) == content
    found = client().get_object(Bucket=bucket, Key="obstore", **sealed(key))
    assert found["Body"].read() == content
    try:
        store(wrong).get("obstore")
    except BaseError as error:
        assert "correct secret key" in str(error), error
    else:
        raise AssertionError("a wrong key opened it")


def fetch(url, method, body, sent):
    request = urllib.request.Request(url, data=body, method=method, headers=sent)
    context = None
    if url.startswith("https:"):
        import ssl

        context = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    # A proxy of the machine must not see these.
    handlers = [urllib.request.ProxyHandler({})]
    if context:
        handlers.append(urllib.request.HTTPSHandler(context=context))
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def print_url(method, bucket, name, key_file, style="path"):
    endpoint = None
    if style == "virtual":
        scheme, _, port = os.environ["AWS_ENDPOINT_URL"].rpartition(":")
        endpoint = f"{scheme.partition(':')[0]}://localhost:{port}"
    params = {"Bucket": bucket, "Key": name, **sealed(read_key(key_file))}
    print(client(style, endpoint).generate_presigned_url(method, Params=params))


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    if command == "presign" and arguments[0].endswith("_object"):
        print_url(*arguments)
    else:
        bucket, *key_files = arguments
        checks = {f.__name__: f for f in (transfers, presign, multipart_copy, post_form, obstore)}
        checks[command](bucket, *(read_key(name) for name in key_files))
