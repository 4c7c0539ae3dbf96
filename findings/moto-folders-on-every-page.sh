#!/bin/sh
# moto 5.2.5 gives all folders of a bucket on each page of a listing by ListObjects with Delimiter and MaxKeys. S3 rolls the keys of a folder
# up into one entry of CommonPrefixes and counts it as one of MaxKeys (API reference, ListObjects): each stands on one page alone. Who goes
# through the pages with boto3's paginator gets three folders six times, and pages larger than was asked for. ListObjectsV2 of the same
# bucket has each once (mended there in 2019, moto's issue 2416), and so has ListObjects where all fits on one page, so that a small test
# passes; a program that counts folders counts too many. Nothing is said.
#
# Seen on 2026-12-01, Python 3.11, moto 5.2.5, boto3 1.44.8; of a.txt, d/1, d/2, e-1, e/1, f and g/1, the pages' folders and keys:
#   list_objects, of 2       d/ e/ g/ a.txt e-1 | d/ e/ g/ f
#   list_objects, of 100     d/ e/ g/ a.txt e-1 f
#   list_objects_v2, of 2    d/ a.txt | e/ e-1 | g/ f
#   list_objects_v2, of 100  d/ e/ g/ a.txt e-1 f
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[s3]==5.2.5' boto3==1.44.8
"$place/venv/bin/python" - <<'PYTHON'
import sys

import boto3
from moto import mock_aws

KEYS = ("a.txt", "d/1", "d/2", "e-1", "e/1", "f", "g/1")


@mock_aws
def pages(operation, size):
    s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    s3.create_bucket(Bucket="lots")
    for key in KEYS:
        s3.put_object(Bucket="lots", Key=key, Body=b"")
    found = s3.get_paginator(operation).paginate(Bucket="lots", Delimiter="/", PaginationConfig={"PageSize": size})
    return [
        " ".join([each["Prefix"] for each in page.get("CommonPrefixes", [])] + [each["Key"] for each in page.get("Contents", [])])
        for page in found
    ]


seen = {f"{operation}, of {size}": pages(operation, size) for operation in ("list_objects", "list_objects_v2") for size in (2, 100)}
for name, found in seen.items():
    print(f"{name:24} {' | '.join(found)}")
whole = ["d/ e/ g/ a.txt e-1 f"]
sys.exit(0 if [*seen.values()] == [["d/ e/ g/ a.txt e-1", "d/ e/ g/ f"], whole, ["d/ a.txt", "e/ e-1", "g/ f"], whole] else 1)
PYTHON
