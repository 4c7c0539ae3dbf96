#!/bin/sh
# Whoever asks s3rver for the last bytes of an object is given the first. "Range: bytes=-5" is a suffix range (RFC 9110, 14.1.2): the last five
# bytes, as readers of PDF and Parquet ask for them, since both formats say at their end where all else lies. s3rver, a store of objects in a
# folder for tests, takes what stands before the dash for 0, and sends the bytes 0 to 5, one more than were asked for. The answer is 206, with
# a Content-Range that says so; boto3 hands the bytes over as they come. A PDF that ends well looks cut off, and one that was cut
# off may look whole, if its beginning is what is looked for. A range from a place on, or between two, is answered rightly.
#
# Seen on 2026-12-01, Node.js 20.20.2, s3rver 3.7.1 (npm), Python 3.11, boto3 1.44.8; an object "%PDF-1.7 ... %%EOF", of 18 bytes:
#   bytes=0-7     206  bytes 0-7/18    %PDF-1.7
#   bytes=13-     206  bytes 13-17/18  %%EOF
#   bytes=-5      206  bytes 0-5/18    %PDF-1
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
for tool in node npm; do command -v $tool > /dev/null || { echo "no $tool: apt-get install nodejs npm"; exit 1; }; done
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8 botocore==1.44.8
cd "$place"
npm install --silent --no-audit --no-fund s3rver@3.7.1
mkdir store
"$place/venv/bin/python" - <<'PYTHON'
import socket
import subprocess
import sys
import time

import boto3
import botocore.client

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = subprocess.Popen(
    ["node", "node_modules/.bin/s3rver", "-d", "store", "-p", str(port), "--silent"], stderr=subprocess.DEVNULL
)
try:
    for _ in range(240):
        time.sleep(0.25)
        with socket.socket() as tried:
            if tried.connect_ex(("localhost", port)) == 0:
                break
    client = boto3.client(
        "s3",
        endpoint_url=f"http://localhost:{port}",
        region_name="us-east-1",
        aws_access_key_id="S3RVER",
        aws_secret_access_key="S3RVER",
        config=botocore.client.Config(s3={"addressing_style": "path"}, request_checksum_calculation="when_required"),
    )
    client.create_bucket(Bucket="vault")
    client.put_object(Bucket="vault", Key="copy.pdf", Body=b"%PDF-1.7 ... %%EOF")
    seen = {}
    for wanted in ("bytes=0-7", "bytes=13-", "bytes=-5"):
        answer = client.get_object(Bucket="vault", Key="copy.pdf", Range=wanted)
        status = answer["ResponseMetadata"]["HTTPStatusCode"]
        seen[wanted] = status, answer["ContentRange"], answer["Body"].read().decode()
        print(f"{wanted:12}", *seen[wanted])
finally:
    server.kill()
expected = {
    "bytes=0-7": (206, "bytes 0-7/18", "%PDF-1.7"),
    "bytes=13-": (206, "bytes 13-17/18", "%%EOF"),
    "bytes=-5": (206, "bytes 0-5/18", "%PDF-1"),
}
sys.exit(0 if seen == expected else 1)
PYTHON
