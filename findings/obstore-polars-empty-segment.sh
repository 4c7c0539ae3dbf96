#!/bin/sh
# One object whose key has an empty segment, as U4//c.csv, ends every listing that comes upon it, in obstore 0.12.1 and in polars
# 2.1.0, which both read S3 through the Rust crate object_store: list raises InvalidPathError in place of the keys beside it, and
# scan_csv with a pattern raises OSError, though the pattern, s3://marks/U4/*.csv, does not mean that object. It can neither be read nor
# deleted with obstore. Such keys are valid (Amazon's documentation of object keys) and come of a prefix with a
# slash at its end joined to a name by another. s3fs and boto3 list all three.
#
# Seen on 2026-11-30, Python 3.11, obstore 0.12.1, polars 2.1.0, s3fs 2026.9.0, boto3 1.43.117; the store is moto 5.2.5:
#   objects                           boto3   s3fs   obstore            polars, U4/*.csv   polars, U4/a.csv
#   U4/a.csv, U4/b.csv                2       2      2                  2 rows             1 rows
#   the same and U4//c.csv            3       3      InvalidPathError   OSError            1 rows
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check \
  obstore==0.12.1 polars==2.1.0 s3fs==2026.9.0 boto3==1.43.117 'moto[server]==5.2.5'
AWS_EC2_METADATA_DISABLED=true "$place/venv/bin/python" - <<'PYTHON'
import logging
import sys

import boto3
import obstore
import polars
import s3fs
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

logging.disable(logging.CRITICAL)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
address = "http://127.0.0.1:{}".format(server.get_host_and_port()[1])
KEY, SECRET, REGION = "key", "secret", "us-east-1"
client = boto3.client(
    "s3", endpoint_url=address, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name=REGION
)
client.create_bucket(Bucket="marks")
store = S3Store(
    "marks", endpoint=address, access_key_id=KEY, secret_access_key=SECRET, region=REGION, client_options={"allow_http": True}
)
options = {
    "aws_endpoint_url": address, "aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "aws_region": REGION,
    "aws_allow_http": "true",
}


def rows(pattern):
    read = polars.scan_csv(f"s3://marks/{pattern}", storage_options=options, separator=";").collect()
    return f"{read.height} rows"


WAYS = (
    lambda: len(client.list_objects_v2(Bucket="marks")["Contents"]),
    lambda: len(s3fs.S3FileSystem(endpoint_url=address, key=KEY, secret=SECRET, skip_instance_cache=True).find("marks")),
    lambda: sum(len(page) for page in obstore.list(store)),
    lambda: rows("U4/*.csv"),
    lambda: rows("U4/a.csv"),
)


def tried(way):
    try:
        return str(way())
    except Exception as error:
        return type(error).__name__


def look(name):
    found = [tried(way) for way in WAYS]
    print(f"{name:33} {found[0]:7} {found[1]:6} {found[2]:18} {found[3]:18} {found[4]}")
    return found


print(f"{'objects':33} {'boto3':7} {'s3fs':6} {'obstore':18} {'polars, U4/*.csv':18} polars, U4/a.csv")
for key in ("U4/a.csv", "U4/b.csv"):
    client.put_object(Bucket="marks", Key=key, Body=b"number;mark\n1;12\n")
seen = [look("U4/a.csv, U4/b.csv")]
client.put_object(Bucket="marks", Key="U4//c.csv", Body=b"number;mark\n1;12\n")
seen.append(look("the same and U4//c.csv"))
server.stop()
sys.exit(0 if seen == [
    ["2", "2", "2", "2 rows", "1 rows"], ["3", "3", "InvalidPathError", "OSError", "1 rows"],
] else 1)
PYTHON
