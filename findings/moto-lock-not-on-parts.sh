#!/bin/sh
# moto 5.2.5, the S3 that many tests run against, keeps an object of a locked bucket only if it was put in one piece. Where a bucket has a
# default retention of 30 days in COMPLIANCE mode, a version put whole is refused to be deleted, and one that was uploaded in parts
# is deleted at once. boto3's upload_file sends a file in parts from 8 MiB on, so of two scans that are uploaded by one
# call the small one is held and the large one is not; and a lock of ten days that was set with the object itself is
# shortened to a second by put_object_retention, though no one may shorten one in this mode. S3 documents that the default applies to
# every new version, and that COMPLIANCE can be lengthened only. A test that finds deletion refused, with a small file, proves nothing
# of the large ones; one that shortens a lock by mistake is green.
#
# Seen on 2026-11-30, Python 3.11, moto 5.2.5, boto3 1.43.117; delete_object of the version:
#   default of 30 days, put whole               AccessDenied
#   default of 30 days, upload_file, 1 MiB      AccessDenied
#   default of 30 days, upload_file, 9 MiB      deleted
#   ten days set with the object                AccessDenied
#   shortened to a second, after it             deleted
#
# Exits with 0 while this is so, with 1 once it has changed.
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[s3]==5.2.5' boto3==1.43.117
AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_DEFAULT_REGION=us-east-1 "$place/venv/bin/python" - "$place" <<'PYTHON'
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

seen = []


def deleted(what, key, version):
    try:
        s3.delete_object(Bucket="scans", Key=key, VersionId=version)
        answer = "deleted"
    except ClientError as error:
        answer = error.response["Error"]["Code"]
    print(f"{what:43} {answer}")
    seen.append(answer)


def until(**length):
    return datetime.now(UTC).replace(microsecond=0) + timedelta(**length)


with mock_aws():
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="scans", ObjectLockEnabledForBucket=True)
    s3.put_object_lock_configuration(Bucket="scans", ObjectLockConfiguration={
        "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}},
    })
    version = s3.put_object(Bucket="scans", Key="whole.pdf", Body=b"scan")["VersionId"]
    deleted("default of 30 days, put whole", "whole.pdf", version)
    for mebibytes in (1, 9):
        path = Path(sys.argv[1], f"{mebibytes}.pdf")
        path.write_bytes(bytes(mebibytes << 20))
        s3.upload_file(str(path), "scans", path.name)
        version = s3.head_object(Bucket="scans", Key=path.name)["VersionId"]
        deleted(f"default of 30 days, upload_file, {mebibytes} MiB", path.name, version)
    version = s3.put_object(
        Bucket="scans", Key="held.pdf", Body=b"scan", ObjectLockMode="COMPLIANCE", ObjectLockRetainUntilDate=until(days=10),
    )["VersionId"]
    deleted("ten days set with the object", "held.pdf", version)
    s3.put_object_retention(
        Bucket="scans", Key="held.pdf", VersionId=version, Retention={"Mode": "COMPLIANCE", "RetainUntilDate": until(seconds=1)},
    )
    time.sleep(3)
    deleted("shortened to a second, after it", "held.pdf", version)
sys.exit(0 if seen == ["AccessDenied", "AccessDenied", "deleted", "AccessDenied", "deleted"] else 1)
PYTHON
