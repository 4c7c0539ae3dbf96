"""How the desk is reached, from the environment: MASSICOT_DESK_URL, MASSICOT_OIDC_ISSUER, ..."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class DeskSettings(BaseSettings):
    """`desk_url`: the desk as browsers see it, without a path; that of its own port when not set.

    `oidc_issuer`: a provider whose accounts may sign in, too; its client's id and secret go with it.
    """

    model_config = SettingsConfigDict(env_prefix="MASSICOT_", frozen=True)

    desk_url: str | None = None
    desk_host: str = "127.0.0.1"
    desk_port: int = 4280
    prefect_ui: str | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")

    @property
    def url(self) -> str:
        return (self.desk_url or f"http://127.0.0.1:{self.desk_port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether browsers come by HTTPS: cookies then never travel without it."""
        return self.url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """Names under which the desk answers: a page of another name that leads here gets nothing."""
        return [urlsplit(self.url).hostname or "", "127.0.0.1", "localhost"]
