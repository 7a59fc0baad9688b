"""The only reader of the environment. Settings are one frozen value, made at the entrance and passed down."""

import os
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.names import Names, further_host, listening_origin, names_of, page_origin, public_origin
from api.proxies import Network, networks
from tenants.base.db import Database
from tenants.base.key_ring import BadRingError, Ring
from tenants.base.postgres import Reach
from tenants.capabilities import MailProvider, Unable
from tenants.capabilities.email.messages import Mailbox
from tenants.capabilities.files.buckets import Bucket
from tenants.retention.rules import days_of


class Settings(BaseSettings):
    """Every setting is read from `SEALWRIGHT_` + its name in capitals. The defaults run on a laptop as they are."""

    model_config = SettingsConfigDict(env_prefix="SEALWRIGHT_", frozen=True, extra="ignore")

    data_dir: Path = Field(
        default=Path(".data"), validate_default=True, description="Where everything is kept: database, image, caches."
    )
    database_url: str | None = Field(default=None, description="PostgreSQL URL; without one, SQLite in DATA_DIR.")
    database_connections: int = Field(
        default=20,
        ge=4,
        le=500,
        description="Connections to PostgreSQL that a process has at most, beside three of its own.",
    )
    database_statement_s: float = Field(
        default=30, ge=1, le=3_600, description="A statement on PostgreSQL that takes longer is given up, in seconds."
    )
    images_dir: Path | None = Field(default=None, description="Where images are built; default DATA_DIR/images.")
    host: str = Field(default="127.0.0.1", description="The address to listen on.")
    port: int = Field(default=8000, description="The port to listen on.")
    processes: int = Field(default=1, ge=1, le=256, description="Processes that serve this port together.")
    public_url: str | None = Field(
        default=None, description="The origin people and agents use: https://tools.acme.com."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Further names, by comma, that agents may call the server by, such as http://sealwright:8000; one"
        " without a scheme has that of PUBLIC_URL.",
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins, by comma, whose pages may call the MCP endpoints: https://app.acme.com,"
        " https://*.acme.com, chrome-extension://ID, null, * for any. Our own and those of this machine always may.",
    )
    tls_certificate: Path | None = Field(
        default=None, description="A file with the certificate to serve https with, where no proxy in front does."
    )
    tls_key: Path | None = Field(default=None, description="A file with the certificate's private key.")
    sandbox_workers: int | None = Field(default=None, description="Sandbox worker processes; default one a core.")
    sandbox_meter: Literal["wasmtime", "own"] = Field(default="own", description="What counts a run's fuel.")
    worker_memory_mib: int | None = Field(
        default=None,
        ge=128,
        description="What the runs at one worker may hold together; default half of the machine's memory by workers.",
    )
    build_tasks: int = Field(
        default=4,
        description="Versions that one process builds and checks at a time, of one tenant half of them; 0 for none.",
    )
    signup_open: bool = Field(default=True, description="Whether strangers can sign up.")
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(),
        description="Addresses or networks (CIDR), by comma, of proxies in front: X-Forwarded-For, -Host and"
        " -Proto count from them.",
    )
    keep_alive_s: int = Field(
        default=75,
        ge=1,
        description="How long a connection that is idle stays open: longer than the proxy in front keeps it.",
    )
    heartbeat_s: float = Field(
        default=15.0, ge=1, description="A stream, or a call that takes long, says this often that it is still there."
    )
    streams_max: int = Field(
        default=512,
        ge=2,
        description="Streams of changes that one tenant has open at one process; one key, agent or person has half.",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="Where tools' mail goes: smtp://[user:password@]host:port, smtps:// for implicit TLS.",
    )
    mail_http_url: SecretStr | None = Field(
        default=None,
        description="A mail provider's HTTP address, instead of a mail server (tenants/capabilities/email).",
    )
    mail_http_auth: SecretStr | None = Field(
        default=None, description="The header that it knows us by, such as Authorization: Bearer KEY."
    )
    mail_domains: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Domains, by comma, that every tenant may send mail from (*.acme.com: those below; *: any);"
        " by default none: give each its own with `sealwright tenant mail-domains SLUG add DOMAIN`.",
    )
    mail_from: str | None = Field(
        default=None,
        description="Who the product's own letters are from, such as Sealwright <no-reply@acme.com>: with it people"
        " prove their addresses, and choose a new password by a letter.",
    )
    secrets_keys: SecretStr | None = Field(
        default=None,
        description="The keys that wrap tenants' keys: ID:BASE64 of 32 bytes, by comma; the first one wraps.",
    )
    secrets_keys_file: Path | None = Field(
        default=None, description="A file with the same; by default DATA_DIR/secrets.keys, made at the first start."
    )
    allowed_internal_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="host:port pairs, by comma, that tools may reach although they are private addresses."
    )
    storage_url: str | None = Field(
        default=None,
        description="Where tools' files are kept: s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME&path_style=true];"
        " by default DATA_DIR/files.",
    )
    sqlite_dir: Path | None = Field(
        default=None,
        description="Where connections may open SQLite files, in a folder for each tenant's slug; by default nowhere.",
    )
    author_model: str = Field(
        default="claude-opus-5-5", description="The model that writes tools, when ANTHROPIC_API_KEY is set."
    )
    author_input_usd: float = Field(default=5.0, description="What a million tokens of its input cost, in US dollars.")
    author_output_usd: float = Field(
        default=25.0, description="What a million tokens of its output cost, in US dollars."
    )
    metrics_port: int | None = Field(
        default=None, description="A port of its own for /metrics, /livez and /readyz of this process; by default none."
    )
    metrics_host: str = Field(default="127.0.0.1", description="The address that it listens on.")
    otlp_url: str | None = Field(
        default=None,
        description="Where traces go: an OpenTelemetry collector that takes OTLP over HTTP, such as"
        " http://collector:4318; by default nowhere.",
    )
    otlp_headers: SecretStr | None = Field(
        default=None, description="What it knows us by, by comma, such as Authorization=Bearer KEY."
    )
    traces_share: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="Of the traces that begin here, how many are kept: 0.01 is one in a hundred.",
    )
    drain_s: float = Field(
        default=0,
        ge=0,
        le=300,
        description="How long a server that is told to end goes on serving, while /readyz says that it is not ready.",
    )
    retention_days: Annotated[dict[str, int], NoDecode] = Field(
        default={},
        validate_default=True,
        description="For how many days things are kept, where it is other than usual: deliveries=30,exchanges=400.",
    )
    machine_days: int = Field(
        default=30,
        ge=1,
        description="Images and native code on this machine go when nothing has used them for so many days.",
    )
    request_bytes_max: int = Field(default=4 << 20, description="Larger request bodies are refused with 413.")
    log_json: bool = Field(default=False, description="Log lines as JSON.")
    pulse_file: Path | None = Field(
        default=None, description="A file that is touched every five seconds while the process lives; by default none."
    )

    @field_validator("allowed_internal_hosts", "mail_domains", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("retention_days", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        if not isinstance(value, str):
            return days_of(cast("dict[str, int]", value))
        pairs = (part.strip().partition("=") for part in value.split(",") if part.strip())
        return days_of({name: int(days) if days.isdecimal() else 0 for name, _, days in pairs})

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        return public_origin(value.strip()) if value and value.strip() else None

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _places(cls, value: object, info: ValidationInfo) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        if info.field_name == "allowed_origins":
            return tuple(map(page_origin, parts))
        for part in parts:  # which scheme it has is known with the public URL
            further_host(part, "https")
        return tuple(parts)

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return networks(part.strip() for part in value.split(",") if part.strip())

    @field_validator("data_dir", "images_dir", "sqlite_dir", "pulse_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        # Workers and the image's compiler run in folders of their own.
        return value.absolute() if value else None

    @property
    def database(self) -> str:
        """The database's URL for SQLAlchemy's async engines."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data_dir / 'sealwright.db'}"
        scheme, _, rest = self.database_url.partition("://")
        drivers = {
            "postgres": "postgresql+asyncpg",
            "postgresql": "postgresql+asyncpg",
            "sqlite": "sqlite+aiosqlite",
        }
        return f"{drivers.get(scheme, scheme)}://{rest}"

    def open_database(self, ring: Ring) -> Database:
        """The installation's database. Nothing connects yet."""
        return Database(self.database, ring, Reach(self.database_connections, self.database_statement_s))

    def open_bucket(self) -> Bucket:
        """Where tools' files are kept. Raises ValueError."""
        return Bucket.open(self.storage_url or self.data_dir / "files")

    def ring(self) -> Ring | None:
        """The platform's keys; None where they are yet to be made: see api/keys.py.

        Raises BadRingError, also where a key made here would be lost to other processes.
        """
        if self.secrets_keys is not None:
            return Ring.parse(self.secrets_keys.get_secret_value())
        if self.secrets_keys_file is not None:
            return Ring.read(self.secrets_keys_file)
        if self.database_url is not None and not self.database_url.startswith("sqlite"):
            raise BadRingError(
                "On a shared database the keys must be given: set SEALWRIGHT_SECRETS_KEYS_FILE, or"
                " SEALWRIGHT_SECRETS_KEYS, to lines such as k1:BASE64, with 32 bytes from `openssl rand -base64 32`."
            )
        return Ring.read(self.keys_made_here) if self.keys_made_here.exists() else None

    @property
    def keys_made_here(self) -> Path:
        """Where keys are kept that nobody gave: made at the first start."""
        return self.data_dir / "secrets.keys"

    @property
    def mail_provider(self) -> MailProvider | None:
        """Where mail is posted, if it is. Raises ValueError."""
        if self.mail_http_url is None:
            return None
        auth = self.mail_http_auth.get_secret_value() if self.mail_http_auth else None
        return MailProvider.parse(self.mail_http_url.get_secret_value(), auth)

    def letters_from(self) -> Mailbox:
        """Who the product's own letters are from. Raises ValueError."""
        try:
            return Mailbox.parse(self.mail_from)
        except Unable as error:
            raise ValueError("SEALWRIGHT_MAIL_FROM is an address, such as Sealwright <no-reply@acme.com>.") from error

    @property
    def has_author_key(self) -> bool:
        """Whether the Anthropic client will find a key among its own variables."""
        return any(os.environ.get(name) for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"))

    @property
    def images(self) -> Path:
        return self.images_dir or self.data_dir / "images"

    @property
    def origin(self) -> str:
        """The origin that is published: see api/names.py."""
        scheme = "http" if self.tls_certificate is None else "https"
        return self.public_url or listening_origin(scheme, self.host, self.port)

    def names(self) -> Names:
        """By which names agents may call, and from whose pages. Raises ValueError."""
        return names_of(self.origin, self.allowed_hosts, self.allowed_origins)


def wants_json() -> bool:
    """Whether lines are JSON: known also where other settings cannot be read, so that this is said as JSON, too."""
    return os.environ.get("SEALWRIGHT_LOG_JSON", "").strip().lower() in {"1", "true", "t", "yes", "y", "on"}
