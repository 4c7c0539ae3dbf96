#!/bin/sh
# s3path 0.6.5 takes a folder for all keys that begin with its name: rmdir of /exam/lot-1 deletes lot-10/ and lot-12/, too, and
# lot-1.csv beside them, and rename moves them along, lot-10/ to lot-x0/. Neither says a word, and iterdir, glob and exists of the
# same path know the folder's bounds, so that whoever looks first sees what should go. It passes the name without a "/" after it
# as S3's Prefix. rmdir's docstring has "must be empty", and it does not look (its issue 205); of neighbours nothing is said. cloudpathlib's
# rmtree of the same name deletes what lies in the folder.
#
# Seen on 2026-11-30, Python 3.11, s3path 0.6.5, cloudpathlib 0.26.0, boto3 1.44.8, S3 by moto 5.2.5; of lot-1.csv, lot-1/a.pdf,
# lot-10/b.pdf, lot-2/c.pdf:
#   s3path, in lot-1                  a.pdf
#   s3path, after rmdir               lot-2/c.pdf
#   s3path, after rename to lot-x     lot-2/c.pdf lot-x.csv lot-x/a.pdf lot-x0/b.pdf
#   cloudpathlib, after rmtree        lot-1.csv lot-10/b.pdf lot-2/c.pdf
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check s3path==0.6.5 'cloudpathlib[s3]==0.26.0' boto3==1.44.8 'moto[server]==5.2.5'
"$place/venv/bin/python" - <<'PYTHON' 2> "$place/requests.log" || { tail -n 20 "$place/requests.log"; exit 1; }
import sys

import boto3
import s3path
from cloudpathlib import S3Client
from moto.server import ThreadedMotoServer

KEYS = ("lot-1.csv", "lot-1/a.pdf", "lot-10/b.pdf", "lot-2/c.pdf")
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
access = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
endpoint = "http://{}:{}".format(*server.get_host_and_port())
s3 = boto3.resource("s3", endpoint_url=endpoint, region_name="us-east-1", **access)
s3path.register_configuration_parameter(s3path.S3Path("/"), resource=s3)
cloud = S3Client(endpoint_url=endpoint, **access)


def bucket(name):
    made = s3.create_bucket(Bucket=name)
    for key in KEYS:
        made.put_object(Key=key, Body=b"")
    return made


def left(made):
    return " ".join(found.key for found in made.objects.all())


seen = {}
made = bucket("rmdir")
folder = s3path.S3Path("/rmdir/lot-1")
seen["s3path, in lot-1"] = " ".join(path.name for path in folder.iterdir())
folder.rmdir()
seen["s3path, after rmdir"] = left(made)
made = bucket("rename")
s3path.S3Path("/rename/lot-1").rename(s3path.S3Path("/rename/lot-x"))
seen["s3path, after rename to lot-x"] = left(made)
made = bucket("rmtree")
cloud.CloudPath("s3://rmtree/lot-1").rmtree()
seen["cloudpathlib, after rmtree"] = left(made)
server.stop()
for what, keys in seen.items():
    print(f"{what:33} {keys}")
sys.exit(0 if [*seen.values()] == [
    "a.pdf", "lot-2/c.pdf", "lot-2/c.pdf lot-x.csv lot-x/a.pdf lot-x0/b.pdf", "lot-1.csv lot-10/b.pdf lot-2/c.pdf",
] else 1)
PYTHON
