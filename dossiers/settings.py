"""Settings of an installation, read from `MOTCUA_*` environment variables. Every field has a description."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """All settings; each can be given as `MOTCUA_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="MOTCUA_", extra="ignore")

    home: Path = Field(default=Path(".motcua"), description="Folder for the database, keys, logs and Prefect's files.")
    database_url: str = Field(
        default="",
        description="SQLAlchemy URL; empty means SQLite in the home folder. "
        "PostgreSQL: postgresql+psycopg://user:password@host/database.",
    )
    mode: Literal["demo", "production"] = Field(
        default="production", description="`demo` allows the demonstration accounts and shows a banner on every page."
    )
    host: str = Field(default="127.0.0.1", description="Address on which the web application listens.")
    port: int = Field(default=8400, ge=0, le=65535, description="Port of the web application.")
    prefect_port: int = Field(
        default=4210, ge=0, le=65535, description="Port of the embedded Prefect server; it listens on localhost only."
    )
    prefect_api_url: str = Field(
        default="", description="Address of a Prefect API to use instead of the embedded server, ending in /api."
    )
    prefect_auth: SecretStr = Field(
        default=SecretStr(""), description="user:password of the Prefect API; empty means one is made and kept in home."
    )
    prefect_database_url: str = Field(
        default="", description="Database of the embedded Prefect server; empty means SQLite in the home folder."
    )
    prefect_retention_days: int = Field(
        default=3,
        ge=1,
        le=365,
        description="Days after which Prefect's run history is deleted; it is never our record.",
    )
    definitions: Path | None = Field(
        default=None,
        description="Folder with further procedure definitions of this province, beside the built-in ones.",
    )
    calendars: Path | None = Field(
        default=None, description="Folder with further calendar decisions (local closures, later years)."
    )
    documents: Path | None = Field(
        default=None, description="Folder of the document store; empty means `documents` in home."
    )
    max_document_bytes: int = Field(
        default=20_000_000,
        ge=1_000,
        le=1_000_000_000,
        description="Largest document that the store takes, in bytes; other requests have `max_body_bytes`.",
    )
    retention: Path | None = Field(
        default=None,
        description="File with this province's rules on how long documents are kept, instead of the built-in ones, "
        "which keep everything.",
    )
    key_file: Path | None = Field(
        default=None, description="File with the secret key for personal data; empty means `secret.key` in home."
    )
    slip_key_file: Path | None = Field(
        default=None,
        description="File with the key that signs receipt slips; empty means `slip.key` in home, made at first need.",
    )
    seal_key_file: Path | None = Field(
        default=None,
        description="File with the key that signs seals of the ledger; empty means `seal.key` in home, made at first "
        "need. Keep a copy elsewhere; it is in no backup.",
    )
    lease_seconds: int = Field(
        default=60,
        ge=2,
        le=3600,
        description="Seconds after which an automatic step that did not report is tried again.",
    )
    dispatch_batch: int = Field(
        default=40, ge=1, le=500, description="Most wake-ups that share one Prefect flow run under load."
    )
    runs_per_field: int = Field(
        default=2, ge=1, le=16, description="Flow runs of one field that a worker has in progress at once."
    )
    due_soon_fraction: float = Field(
        default=0.75, gt=0, lt=1, description="Part of the legal time after which a dossier counts as due soon."
    )
    ladder: Path | None = Field(
        default=None,
        description="File with further entries of the warning ladder (rung, moment, recipients).",
    )
    smtp_host: str = Field(default="", description="SMTP server for notices; empty means notices wait in the outbox.")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="Port of the SMTP server.")
    smtp_user: str = Field(default="", description="User name at the SMTP server; empty means no log-in.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password at the SMTP server.")
    smtp_start_tls: bool = Field(default=False, description="Whether to ask the SMTP server for STARTTLS.")
    mail_from: str = Field(default="motcua@localhost", description="Sender address of notices.")
    sms_gateway: Path | None = Field(
        default=None,
        description="File that describes the province's SMS gateway; empty means no text messages are sent.",
    )
    zalo_gateway: Path | None = Field(
        default=None, description="File that describes the province's Zalo gateway; empty means it is not used."
    )
    sms_accents: bool = Field(
        default=True,
        description="Whether text messages keep their Vietnamese accents (then 70 characters to a segment).",
    )
    sms_most_segments: int = Field(
        default=3, ge=1, le=10, description="Most segments of one text message; longer ones are shortened at a word."
    )
    webhook_key: SecretStr = Field(
        default=SecretStr(""), description="Secret that signs webhooks; empty means no webhooks are sent."
    )
    webhook_networks: str = Field(
        default="",
        description="Private networks into which webhooks may go, separated by commas, e.g. 10.20.0.0/16; "
        "public addresses are always allowed.",
    )
    allow_plain_http: bool = Field(
        default=False, description="Whether gateways and webhooks may be addressed by http:// instead of https://."
    )
    digest_hour: int = Field(
        default=7, ge=0, le=23, description="Hour in Vietnam at which the daily digests go out, on working days."
    )
    fresh_warning_minutes: int = Field(
        default=60,
        ge=5,
        le=1440,
        description="Minutes after its legal moment within which a warning goes out by itself; later, in a digest.",
    )
    session_hours: int = Field(default=12, ge=1, le=72, description="Hours after which a log-in ends in any case.")
    session_idle_minutes: int = Field(
        default=60, ge=5, le=720, description="Minutes without a request after which a log-in ends."
    )
    max_body_bytes: int = Field(
        default=1_000_000, ge=10_000, description="Largest request body that the web application reads, in bytes."
    )
    failpoints: str = Field(
        default="", description="Named points at which a process kills itself, for crash tests only: name:count,..."
    )

    @property
    def url(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{(self.home / 'motcua.db').absolute()}"

    @property
    def documents_folder(self) -> Path:
        """Where the contents of documents lie."""
        return self.documents or self.home / "documents"

    @property
    def secret_key_file(self) -> Path:
        """Where the key for personal data lies."""
        return self.key_file or self.home / "secret.key"

    @property
    def slip_key(self) -> Path:
        """Where the key that signs receipt slips lies."""
        return self.slip_key_file or self.home / "slip.key"

    @property
    def seal_key(self) -> Path:
        """Where the key that signs seals lies."""
        return self.seal_key_file or self.home / "seal.key"

    @property
    def seals_folder(self) -> Path:
        """Where seals are put for the province to fetch."""
        return self.home / "seals"


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
