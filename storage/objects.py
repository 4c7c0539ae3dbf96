"""Objects in S3 buckets, over boto3 alone: one store for one machine, for tests and for production."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MULTIPART = 64 << 20  # bytes from which an upload or a copy goes in parts
_ABSENT = {"NoSuchKey", "404", "NotFound", "NoSuchVersion"}
_NO_LOCK = {"NotImplemented", "InvalidArgument", "InvalidRequest", "InvalidBucketState", "MethodNotAllowed"}
_UNMET = {"PreconditionFailed", "412", "ConditionalRequestConflict", "409"}


class StoreError(RuntimeError):
    """The store cannot be used as massicot needs it; the message says why and what to do."""


class NotFoundError(LookupError):
    """No such object. The message keeps its key to itself: those of the inbox may hold a name."""


@dataclass(frozen=True)
class ObjectInfo:
    """`last_modified` is the store's own clock, aware; `etag` without quotes."""

    key: str
    etag: str
    size: int
    last_modified: datetime


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

    def get(self, key: str) -> bytes:
        """The whole object. Raises NotFoundError."""
        try:
            return self._client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            raise self._absent(error) from None

    def download(self, key: str, path: Path, *, etag: str | None = None) -> None:
        """Streams the object into a file. Raises NotFoundError, also when it has another etag by now."""
        condition: dict[str, Any] = {} if etag is None else {"IfMatch": f'"{etag}"'}
        try:
            body = self._client.get_object(Bucket=self.name, Key=key, **condition)["Body"]
        except ClientError as error:
            raise self._absent(error) from None
        with path.open("wb") as file:
            for chunk in body.iter_chunks(1 << 20):
                file.write(chunk)

    def head(self, key: str) -> ObjectInfo | None:
        try:
            head = self._client.head_object(Bucket=self.name, Key=key)
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

    def delete(self, key: str, *, etag: str | None = None) -> bool:
        """Deletes the object, or with `etag` this very one: False when another has taken its place."""
        condition: dict[str, Any] = {} if etag is None else {"IfMatch": f'"{etag}"'}
        try:
            self._client.delete_object(Bucket=self.name, Key=key, **condition)
        except ClientError as error:
            if _code(error) in _ABSENT:
                return True
            if _code(error) in _UNMET:
                return False
            raise
        return True

    def copy_from(self, source: Bucket, key: str, to_key: str) -> None:
        """Copies within the store, without the bytes passing here. Raises NotFoundError."""
        try:
            self._client.copy(
                {"Bucket": source.name, "Key": key},
                self.name,
                to_key,
                Config=TransferConfig(multipart_threshold=_MULTIPART, use_threads=False),
            )
        except ClientError as error:
            raise self._absent(error) from None

    def presigned_get(self, key: str, seconds: int, *, filename: str | None = None) -> str:
        """A URL that gives this object to whoever holds it, for so long."""
        extra = {"ResponseContentDisposition": f'attachment; filename="{filename}"'} if filename else {}
        return self._client.generate_presigned_url(
            "get_object", Params={"Bucket": self.name, "Key": key, **extra}, ExpiresIn=seconds
        )

    def presigned_put(self, key: str, seconds: int) -> str:
        return self._client.generate_presigned_url(
            "put_object", Params={"Bucket": self.name, "Key": key}, ExpiresIn=seconds
        )

    def _absent(self, error: ClientError) -> Exception:
        return (
            NotFoundError(f"no such object in the bucket {self.name}, or no longer")
            if _code(error) in _ABSENT | _UNMET
            else error
        )


class Store:
    """The four buckets, which differ by who may do what in them."""

    def __init__(
        self, client: S3Client, *, inbox: str, vault: str, lots: str, audit: str, retention_days: int = 0
    ) -> None:
        self._client = client
        self._retention_days = retention_days
        self.inbox = Bucket(client, inbox)
        self.vault = Bucket(client, vault)
        self.lots = Bucket(client, lots)
        self.audit = Bucket(client, audit)

    def ensure_buckets(self) -> None:
        """Makes the buckets that lack. The audit bucket is versioned, and locked where that exists."""
        for bucket in (self.inbox, self.vault, self.lots):
            self._make(bucket.name)
        audit = self.audit.name
        self._make(audit, ObjectLockEnabledForBucket=True)
        if self._client.get_bucket_versioning(Bucket=audit).get("Status") != "Enabled":
            self._client.put_bucket_versioning(Bucket=audit, VersioningConfiguration={"Status": "Enabled"})
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

    def probe(self) -> None:
        """Raises StoreError for a store that ignores conditional writes: two runs could both win in it."""
        key = f".probe/{secrets.token_hex(8)}"
        vault = self.vault
        try:
            first = vault.put(key, b"first", only_if_absent=True)
            second = vault.put(key, b"second", only_if_absent=True)
            kept = vault.get(key)
            vault.delete(key)
        except (ClientError, BotoCoreError, NotFoundError) as error:
            raise StoreError(f"the store does not answer as it should: {error}") from error
        if not first or second or kept != b"first":
            raise StoreError(
                "the store ignores conditional writes (If-None-Match), so that two runs could both win: "
                "use one that holds them, such as SeaweedFS, MinIO, Ceph or AWS S3"
            )

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


def s3_client(endpoint: str | None, access_key: str, secret_key: str, region: str) -> S3Client:
    """boto3's client, with the settings that presigned URLs and embedded servers need."""
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        region_name=region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"max_attempts": 5, "mode": "standard"},
            connect_timeout=5,
            read_timeout=60,
            # no proxy of the environment leads to the loopback
            proxies={} if endpoint and urlsplit(endpoint).hostname in ("127.0.0.1", "localhost") else None,
        ),
    )


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
