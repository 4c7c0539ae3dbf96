"""Objects in S3 buckets, over boto3 alone: one store for one machine, for tests and for production."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MULTIPART = 64 << 20  # bytes from which an upload or a copy goes in parts
_ABSENT = {"NoSuchKey", "404", "NotFound", "NoSuchVersion", "NoSuchUpload"}
_NO_LOCK = {"NotImplemented", "InvalidArgument", "InvalidRequest", "InvalidBucketState", "MethodNotAllowed"}
_UNMET = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}
_OTHER_BYTES = "the store gave other bytes than were put into the bucket {}"


class StoreError(RuntimeError):
    """The store cannot be used as massicot needs it; the message says why and what to do."""


class NotFoundError(LookupError):
    """No such object. The message keeps its key to itself: those of the inbox may hold a name."""


@dataclass(frozen=True)
class ObjectInfo:
    """`last_modified` is the store's own clock, aware; `etag` without quotes; `version`: where versions were
    asked for.
    """

    key: str
    etag: str
    size: int
    last_modified: datetime
    version: str | None = None

    @property
    def in_parts(self) -> bool:
        """Whether it was uploaded in parts, whose number S3 puts behind the hash."""
        return "-" in self.etag


class Bucket:
    """One bucket. Every write carries a checksum that the store verifies."""

    def __init__(self, client: S3Client, name: str) -> None:
        self._client = client
        self.name = name

    def put(
        self,
        key: str,
        data: bytes | Path | BinaryIO,
        *,
        only_if_absent: bool = False,
        content_type: str = "application/octet-stream",
    ) -> bool:
        """Writes the object. False when it was to be written only if absent and something is there."""
        if isinstance(data, Path):
            with data.open("rb") as file:
                return self.put(key, file, only_if_absent=only_if_absent, content_type=content_type)
        extra: dict[str, Any] = {"ContentType": content_type, "ChecksumAlgorithm": "SHA256"}
        if only_if_absent:
            extra["IfNoneMatch"] = "*"
        try:
            self._client.put_object(Bucket=self.name, Key=key, Body=data, **extra)
        except ClientError as error:
            if only_if_absent and _code(error) in _UNMET:
                return False
            raise
        return True

    def put_in_parts(self, key: str, path: Path, part: int) -> None:
        """Writes the object as a browser does, in parts of so many bytes: its ETag tells of them."""
        from boto3.s3.transfer import TransferConfig

        how = TransferConfig(multipart_threshold=1, multipart_chunksize=part, use_threads=False)
        self._client.upload_file(str(path), self.name, key, Config=how)

    def put_alone(self, key: str, data: bytes, *, content_type: str) -> None:
        """Writes the object of a versioned bucket, and keeps none of those that it replaces."""
        self.put(key, data, content_type=content_type)
        for older in [info.version for info in self.versions(key) if info.key == key][:-1]:
            self.delete(key, version=older)

    def get(self, key: str, *, version: str | None = None, sha256: str | None = None) -> bytes:
        """The whole object. Raises NotFoundError; with `sha256`, StoreError when other bytes come."""
        which: dict[str, Any] = {} if version is None else {"VersionId": version}
        try:
            data: bytes = self._client.get_object(Bucket=self.name, Key=key, **which)["Body"].read()
        except ClientError as error:
            raise self._absent(error) from None
        if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
            raise StoreError(_OTHER_BYTES.format(self.name))
        return data

    def download(
        self,
        key: str,
        path: Path,
        *,
        version: str | None = None,
        etag: str | None = None,
        sha256: str | None = None,
    ) -> str:
        """Streams the object into a file, which is there whole or not at all; the SHA-256 of what came.

        Raises NotFoundError, also when it has another etag by now; with `sha256`, StoreError when other bytes
        come.
        """
        which: dict[str, Any] = {} if version is None else {"VersionId": version}
        which |= {} if etag is None else {"IfMatch": f'"{etag}"'}
        try:
            body = self._client.get_object(Bucket=self.name, Key=key, **which)["Body"]
        except ClientError as error:
            raise self._absent(error) from None
        digest = hashlib.sha256()
        part = path.with_name(f"{path.name}.part")
        try:
            with part.open("wb") as file:
                for chunk in body.iter_chunks(1 << 20):
                    digest.update(chunk)
                    file.write(chunk)
            if sha256 is not None and digest.hexdigest() != sha256:
                raise StoreError(_OTHER_BYTES.format(self.name))
            part.rename(path)
        finally:
            part.unlink(missing_ok=True)
        return digest.hexdigest()

    def head(self, key: str, version: str | None = None) -> ObjectInfo | None:
        which: dict[str, Any] = {} if version is None else {"VersionId": version}
        try:
            head = self._client.head_object(Bucket=self.name, Key=key, **which)
        except ClientError as error:
            if _code(error) in _ABSENT:
                return None
            raise
        return ObjectInfo(key, head["ETag"].strip('"'), head["ContentLength"], head["LastModified"])

    def list(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every object whose key begins so, in the order of keys."""
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for item in page.get("Contents", ()):
                yield ObjectInfo(item["Key"], item["ETag"].strip('"'), item["Size"], item["LastModified"])

    def versions(self, prefix: str = "") -> Iterator[ObjectInfo]:
        """Every version of every object whose key begins so: by key, of each key from the first to the last.

        Also those that something was written over, or that were deleted without their version's name.
        """
        found = self._versions(Prefix=prefix)
        for _, of_key in groupby(chain.from_iterable(infos for infos, _ in found), attrgetter("key")):
            yield from reversed(list(of_key))

    def top(self) -> tuple[Sequence[ObjectInfo], Sequence[str]]:
        """Every version that is in no folder, and every folder (`name/`) that has one: one question."""
        pages = tuple(self._versions(Delimiter="/"))
        strays = tuple(info for infos, _ in pages for info in reversed(infos))
        return strays, tuple(folder for _, folders in pages for folder in folders)

    def versions_of(self, key: str, etag: str) -> Iterator[ObjectInfo]:
        """Those of this key that have these bytes."""
        return (info for info in self.versions(key) if (info.key, info.etag) == (key, etag))

    def _versions(self, **where: Any) -> Iterator[tuple[Sequence[ObjectInfo], Sequence[str]]]:
        """Page by page: versions, of each key the newest first; and folders."""
        pages = self._client.get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self.name, **where):
            infos = [
                ObjectInfo(v["Key"], self._etag(v), v["Size"], v["LastModified"], v["VersionId"])
                for v in page.get("Versions", ())
            ]
            yield infos, [folder["Prefix"] for folder in page.get("CommonPrefixes", ())]

    def _etag(self, version: Any) -> str:
        """SeaweedFS 4.48 lists another one for what was uploaded in parts before the bucket had versions."""
        etag: str = version["ETag"].strip('"')
        if version["VersionId"] == "null" and "-" in etag and (head := self.head(version["Key"], "null")):
            return head.etag
        return etag

    def rewritten(self) -> tuple[str, ...]:
        """Keys of a versioned bucket under which there is not, or no longer, what was first written there."""
        first: dict[str, str] = {}
        now: dict[str, str] = {}
        for page in self._client.get_paginator("list_object_versions").paginate(Bucket=self.name):
            for version in page.get("Versions", ()):  # of each key, the newest comes first
                first[version["Key"]] = version["ETag"]
                if version["IsLatest"]:
                    now[version["Key"]] = version["ETag"]
        return tuple(key for key in sorted(first) if now.get(key) != first[key])

    def delete(self, key: str, *, version: str | None = None) -> None:
        """Deletes the object, or this version of it, for good."""
        which: dict[str, Any] = {} if version is None else {"VersionId": version}
        try:
            self._client.delete_object(Bucket=self.name, Key=key, **which)
        except ClientError as error:
            if _code(error) not in _ABSENT:
                raise

    def erase(self, key: str) -> None:
        """Every version of the object, and every mark that it was deleted: nothing of it is left."""
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=key)
        for page in list(pages):
            for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
                if version["Key"] == key:
                    self.delete(key, version=version["VersionId"])

    def copy_from(self, source: Bucket, key: str, to_key: str, *, version: str | None = None) -> None:
        """Copies within the store, without the bytes passing here. Raises NotFoundError."""
        from boto3.s3.transfer import TransferConfig

        what: Any = {"Bucket": source.name, "Key": key}
        try:
            self._client.copy(
                what if version is None else what | {"VersionId": version},
                self.name,
                to_key,
                Config=TransferConfig(multipart_threshold=_MULTIPART, use_threads=False),
            )
        except ClientError as error:
            raise self._absent(error) from None

    def begin_parts(self, key: str, content_type: str) -> str:
        """An upload in parts, by somebody with presigned URLs; its id. Nothing is there until it is ended."""
        begun = self._client.create_multipart_upload(Bucket=self.name, Key=key, ContentType=content_type)
        return begun["UploadId"]

    def presigned_part(self, key: str, upload: str, number: int, seconds: int, *, size: int) -> str:
        """A URL that takes the part of this number, from 1, and of this size in bytes, for so long."""
        params = {"Bucket": self.name, "Key": key, "UploadId": upload, "PartNumber": number}
        params["ContentLength"] = size
        return self._client.generate_presigned_url("upload_part", Params=params, ExpiresIn=seconds)

    def put_part(self, key: str, upload: str, data: bytes) -> None:
        """The first part of an upload."""
        self._client.upload_part(Bucket=self.name, Key=key, UploadId=upload, PartNumber=1, Body=data)

    def parts(self, key: str, upload: str) -> dict[int, str]:
        """ETags of the parts that came, by number. Raises NotFoundError for an upload that is over."""
        try:
            pages = list(
                self._client.get_paginator("list_parts").paginate(Bucket=self.name, Key=key, UploadId=upload)
            )
        except ClientError as error:
            raise self._absent(error) from None
        return {part["PartNumber"]: part["ETag"] for page in pages for part in page.get("Parts", ())}

    def end_parts(self, key: str, upload: str) -> str:
        """Makes one object of the parts that came; its ETag. Raises NotFoundError if it is over."""
        there = sorted(self.parts(key, upload).items())
        made = {"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in there]}
        ended = self._client.complete_multipart_upload(
            Bucket=self.name,
            Key=key,
            UploadId=upload,
            MultipartUpload=made,  # type: ignore[arg-type]
        )
        return ended["ETag"].strip('"')

    def _absent(self, error: ClientError) -> Exception:
        return (
            NotFoundError(f"no such object in the bucket {self.name}, or no longer")
            if _code(error) in _ABSENT | _UNMET
            else error
        )


class Store:
    """The three buckets, which differ by who may do what in them."""

    def __init__(
        self, client: S3Client, *, inbox: str, vault: str, audit: str, retention_days: int = 0
    ) -> None:
        self._client = client
        self._retention_days = retention_days
        self.inbox = Bucket(client, inbox)
        self.vault = Bucket(client, vault)
        self.audit = Bucket(client, audit)

    @property
    def endpoint(self) -> str:
        """Where browsers find it, too: presigned URLs begin so."""
        return self._client.meta.endpoint_url

    def time(self) -> datetime:
        """What its clock says, to the second: it dates what is dropped, so it judges deadlines too."""
        answer = self._client.head_bucket(Bucket=self.inbox.name)["ResponseMetadata"]
        return parsedate_to_datetime(answer["HTTPHeaders"]["date"])

    def ensure_buckets(self) -> None:
        """Makes the buckets that lack. Inbox and audit are versioned, audit is locked where that exists."""
        for bucket in (self.inbox, self.vault):
            self._make(bucket.name)
        audit = self.audit.name
        self._make(audit, ObjectLockEnabledForBucket=True)
        for name in (self.inbox.name, audit):
            if self._client.get_bucket_versioning(Bucket=name).get("Status") != "Enabled":
                self._client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        if self._retention_days and not self._is_locked():
            try:
                self._client.put_object_lock_configuration(
                    Bucket=audit,
                    ObjectLockConfiguration={
                        "ObjectLockEnabled": "Enabled",
                        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": self._retention_days}},
                    },
                )
            except ClientError as error:
                if _code(error) not in _NO_LOCK:
                    raise

    def _is_locked(self) -> bool:
        try:
            found = self._client.get_object_lock_configuration(Bucket=self.audit.name)
        except ClientError:
            return False
        return "Rule" in found["ObjectLockConfiguration"]

    def _make(self, name: str, **how: Any) -> None:
        try:
            self._client.head_bucket(Bucket=name)
            return
        except ClientError as error:
            if _code(error) not in _ABSENT | {"NoSuchBucket"}:
                raise
        try:
            self._client.create_bucket(Bucket=name, **how)
        except ClientError as error:
            if how and _code(error) in _NO_LOCK:
                self._make(name)
            elif _code(error) not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
                raise


class LaterClient:
    """boto3's client, made when it is first asked for something: that takes longer than most commands."""

    def __init__(self, make: Callable[[], S3Client]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    @cached_property
    def _client(self) -> S3Client:
        return self._make()


def s3_client(endpoint: str | None, access_key: str, secret_key: str, region: str) -> S3Client:
    """boto3's client, with the settings that presigned URLs and embedded servers need."""
    import boto3
    from botocore.config import Config

    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        region_name=region,
        config=Config(
            signature_version="s3v4",
            # what is put is held to its SHA-256, which is signed: another one over all of it adds nothing
            s3={"addressing_style": "path", "payload_signing_enabled": False},
            retries={"max_attempts": 5, "mode": "standard"},
            connect_timeout=5,
            read_timeout=60,
            user_agent="massicot",  # what botocore says otherwise it puts together twice for each request
            # no proxy of the environment leads to the loopback
            proxies={} if endpoint and urlsplit(endpoint).hostname in ("127.0.0.1", "localhost") else None,
        ),
    )


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
