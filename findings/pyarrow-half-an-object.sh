#!/bin/sh
# A write to S3 that is broken off by an exception puts what was written so far in the place of the whole object that was there, with
# pyarrow 26.0.1's S3FileSystem and cloudpathlib 0.26.0: leaving the with block closes the stream, and closing it completes the
# upload. S3 itself replaces an object at once or not at all, and a list of marks that is kept there is half a list after
# a failed export; the reader next day cannot tell. The exception is the writer's own and says nothing of it. smart_open
# 9.0.2 and obstore 0.12.1 give the upload up, and the old object stays. pyarrow's streams have no method to
# abandon one.
#
# Seen on 2026-11-30, Python 3.11, boto3 with moto 5.2.5 for S3; "Durand 12;Martin 14;Petit 9" was there, and an
# exception is raised after "Durand 13;" of a new list:
#   pyarrow         Durand 13;
#   cloudpathlib    Durand 13;
#   smart_open      Durand 12;Martin 14;Petit 9
#   obstore         Durand 12;Martin 14;Petit 9
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check pyarrow==26.0.1 'cloudpathlib[s3]==0.26.0' 'smart_open[s3]==9.0.2' \
  obstore==0.12.1 'moto[server]==5.2.5'
"$place/venv/bin/python" - <<'PYTHON' 2> "$place/requests.log" || { tail -n 20 "$place/requests.log"; exit 1; }
import sys

import boto3
import obstore
import smart_open
from cloudpathlib import S3Client
from moto.server import ThreadedMotoServer
from obstore.store import S3Store
from pyarrow.fs import S3FileSystem

WHOLE, BEGUN = b"Durand 12;Martin 14;Petit 9", b"Durand 13;"
KEY, SECRET, REGION, BUCKET, NAME = "a", "secret-secret", "us-east-1", "marks", "U4.csv"


class Broken(Exception):
    pass


server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host = "{}:{}".format(*server.get_host_and_port())
endpoint = f"http://{host}"
s3 = boto3.client("s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=SECRET)
s3.create_bucket(Bucket=BUCKET)
arrow = S3FileSystem(access_key=KEY, secret_key=SECRET, endpoint_override=host, scheme="http", region=REGION)
cloud = S3Client(aws_access_key_id=KEY, aws_secret_access_key=SECRET, endpoint_url=endpoint)
store = S3Store(
    BUCKET, endpoint=endpoint, region=REGION, access_key_id=KEY, secret_access_key=SECRET, client_options={"allow_http": True},
)
writers = {
    "pyarrow": lambda: arrow.open_output_stream(f"{BUCKET}/{NAME}"),
    "cloudpathlib": lambda: cloud.CloudPath(f"s3://{BUCKET}/{NAME}").open("wb"),
    "smart_open": lambda: smart_open.open(f"s3://{BUCKET}/{NAME}", "wb", transport_params={"client": s3}),
    "obstore": lambda: obstore.open_writer(store, NAME),
}
seen = {}
for name, opened in writers.items():
    s3.put_object(Bucket=BUCKET, Key=NAME, Body=WHOLE)
    try:
        with opened() as file:
            file.write(BEGUN)
            raise Broken
    except Broken:
        pass
    seen[name] = s3.get_object(Bucket=BUCKET, Key=NAME)["Body"].read()
    print(f"{name:13} {seen[name].decode()}")
server.stop()
sys.exit(0 if seen == {"pyarrow": BEGUN, "cloudpathlib": BEGUN, "smart_open": WHOLE, "obstore": WHOLE} else 1)
PYTHON
