#!/bin/sh
# cloudpathlib 0.26.0 takes two objects for one where their keys differ by an empty segment alone, d/x.txt and d//x.txt, which S3 keeps apart:
# it holds a local copy of each object that it opens, at the path that the key makes on the disk, and there both are one file. Once
# the one has been read, read_text of the other gives its contents; and whoever opens the other to append writes the first one's
# contents to it, so that what it held is lost. The two paths are not equal, and nothing is said. Such keys are valid (Amazon's documentation
# of object keys), and come of a prefix with a slash at its end joined to a name by another. exists, stat, copy and
# download_to, which go by the key, have the right object; the one that was never opened before is read rightly, so that a test with one is.
#
# Seen on 2026-11-30, Python 3.11, cloudpathlib 0.26.0, boto3 1.44.8, S3 by moto 5.2.5; d/x.txt holds "Durand", d//x.txt "Martin":
#   d//x.txt read first                        Martin
#   d//x.txt read after d/x.txt                Durand
#   d//x.txt downloaded after it               Martin
#   " 12" appended to d//x.txt after it        Durand 12
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'cloudpathlib[s3]==0.26.0' boto3==1.44.8 'moto[server]==5.2.5'
cd "$place"
AWS_EC2_METADATA_DISABLED=true AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_DEFAULT_REGION=us-east-1 \
  "$place/venv/bin/python" -W ignore - <<'PYTHON' 2> "$place/requests.log" || { tail -n 20 "$place/requests.log"; exit 1; }
import sys

import boto3
from cloudpathlib import S3Client
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
url = "http://{}:{}".format(*server.get_host_and_port())
s3 = boto3.client("s3", endpoint_url=url)
s3.create_bucket(Bucket="marks")


def paths():
    for key, body in (("d/x.txt", b"Durand"), ("d//x.txt", b"Martin")):
        s3.put_object(Bucket="marks", Key=key, Body=body)
    client = S3Client(endpoint_url=url)  # with a directory of its own for its copies
    return client.CloudPath("s3://marks/d/x.txt"), client.CloudPath("s3://marks/d//x.txt")


seen = {}
one, other = paths()
assert one != other
seen["d//x.txt read first"] = other.read_text()
one, other = paths()
assert one.read_text() == "Durand"
seen["d//x.txt read after d/x.txt"] = other.read_text()
seen["d//x.txt downloaded after it"] = other.download_to("copy.txt").read_text()
one, other = paths()
one.read_text()
with other.open("a") as file:
    file.write(" 12")
seen['" 12" appended to d//x.txt after it'] = s3.get_object(Bucket="marks", Key="d//x.txt")["Body"].read().decode()
server.stop()
for name, text in seen.items():
    print(f"{name:42} {text}")
sys.exit(0 if list(seen.values()) == ["Martin", "Durand", "Martin", "Durand 12"] else 1)
PYTHON
