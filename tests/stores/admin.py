"""What the store checks need besides the program under test: buckets, and a look behind its back.

    admin.py make BUCKET [--versioned]    waits for a store that is still starting
    admin.py leftovers BUCKET             objects, versions, delete markers and unfinished uploads
    admin.py ports COUNT                  free loopback ports

The store is the one that the AWS_* environment names.
"""

import socket
import sys
import time

START_SECONDS = 90


def client():
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        config=Config(
            s3={"addressing_style": "path"},
            connect_timeout=3,
            read_timeout=20,
            retries={"max_attempts": 1},
        ),
    )


def make(bucket, *options):
    from botocore.exceptions import BotoCoreError, ClientError

    s3 = client()
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if bucket not in [known["Name"] for known in s3.list_buckets()["Buckets"]]:
                s3.create_bucket(Bucket=bucket)
            # A bucket may be there before any volume is that could hold an object.
            s3.put_object(Bucket=bucket, Key="ready", Body=b"ready")
            s3.delete_object(Bucket=bucket, Key="ready")
            break
        except (BotoCoreError, ClientError) as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"the bucket {bucket} cannot be made: {error}")
            time.sleep(0.3)
    if "--versioned" in options:
        s3.put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
        )


def leftovers(bucket):
    s3 = client()
    for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        print("object", item["Key"])
    versions = s3.list_object_versions(Bucket=bucket)
    for item in versions.get("Versions", []):
        print("version", item["Key"], item["VersionId"])
    for item in versions.get("DeleteMarkers", []):
        print("delete-marker", item["Key"], item["VersionId"])
    for item in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
        print("upload", item["Key"], item["UploadId"])


def ports(count):
    # All are held until the last is chosen, or the same one could come twice.
    held = []
    for _ in range(int(count)):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        held.append(listener)
    for listener in held:
        print(listener.getsockname()[1])


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    {"make": make, "leftovers": leftovers, "ports": ports}[command](*arguments)
