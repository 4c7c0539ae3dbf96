"""Where things are kept, from the environment: MASSICOT_DATA_DIR, MASSICOT_S3_ENDPOINT, ...

With nothing set, all is on this machine, under one directory: the embedded S3 server and SQLite.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from storage.bucket.objects import LaterClient, Store, StoreError, s3_client
from storage.machine.weed import known_server

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Settings(BaseSettings):
    """Secrets come from the environment, or from files of mode 0600 under `data_dir`."""

    model_config = SettingsConfigDict(env_prefix="MASSICOT_", frozen=True)

    data_dir: Path = Path("massicot-data")
    session_path: Path | None = None
    register_url: str | None = None  # SQLAlchemy's; SQLite under data_dir when not set
    s3_endpoint: str | None = None  # the embedded server's when not set
    s3_access_key: SecretStr | None = None
    s3_secret_key: SecretStr | None = None
    s3_region: str = "us-east-1"
    bucket_inbox: str = "inbox"
    bucket_vault: str = "vault"
    bucket_audit: str = "audit"
    audit_key_path: Path | None = None  # audit.key under data_dir when not set
    audit_retention_days: int = 366  # copies and paper are kept for a year
    backup_recipients: str | None = None  # public keys of age, or files of them, with commas between
    metrics_token: SecretStr | None = None  # whoever has it may read /metrics; loopback alone when not set
    desk_url: str | None = None  # as browsers see the desk: it stands in e-mails
    alert_hours: float = 3  # before a deadline
    alert_webhook: SecretStr | None = None  # its address is its secret
    alert_email: str | None = None
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_starttls: bool = False
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str = "massicot@localhost"

    @property
    def url(self) -> str:
        """Of the register."""
        return self.register_url or f"sqlite:///{self.data_dir.resolve() / 'register.sqlite'}"

    @property
    def signing_key_path(self) -> Path:
        return self.audit_key_path or self.data_dir / "audit.key"

    @property
    def session_file(self) -> Path:
        """Where the session in force is kept, unless the settings say otherwise."""
        return self.session_path or self.data_dir / "session.toml"


def open_store(settings: Settings) -> Store:
    """The store, as the workflow. Raises StoreError when nothing says where it is."""
    if settings.s3_endpoint:
        if settings.s3_access_key is None or settings.s3_secret_key is None:
            raise StoreError("MASSICOT_S3_ACCESS_KEY and MASSICOT_S3_SECRET_KEY go with MASSICOT_S3_ENDPOINT")
        endpoint = settings.s3_endpoint
        access = settings.s3_access_key.get_secret_value()
        secret = settings.s3_secret_key.get_secret_value()
    else:
        weed = known_server(settings.data_dir)
        if weed is None:
            raise StoreError(
                f"no store: set MASSICOT_S3_ENDPOINT, or start `massicot up` on {settings.data_dir}"
            )
        endpoint = weed.endpoint
        access, secret = weed.keys["workflow"]
    return Store(
        cast("S3Client", LaterClient(lambda: s3_client(endpoint, access, secret, settings.s3_region))),
        inbox=settings.bucket_inbox,
        vault=settings.bucket_vault,
        audit=settings.bucket_audit,
        retention_days=settings.audit_retention_days,
    )
