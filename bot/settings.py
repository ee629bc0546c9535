"""Settings: environment variables (`POLICYLINE_…`) or a TOML file, all faults reported at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AnyHttpUrl,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from bot.cases.model import Role
from bot.open311.keys import ApiKey, read_keys
from bot.role_settings import Placed, read_groups, read_roles
from connectors.oidc.addresses import safe_address

PREFIX = "POLICYLINE_"
ROOT = Path(__file__).resolve().parent.parent
_DATABASE = re.compile(
    r"sqlite(\+\w+)?:///|postgresql(\+\w+)?://(.*@)?(\[[^\]]*\]|[^@:/?]*)(:\d+)?([/?]|$)", re.DOTALL
)


_API_BASE = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


class SettingsError(Exception):
    """The settings cannot be used; `faults` has one line a fault, each naming the setting."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(BaseSettings):
    """Everything that differs from one installation to the next.

    The TOML file is `POLICYLINE_CONFIG`, default `policyline.toml` in the working folder; the
    environment wins over it. Thresholds stand here with their measured reason beside them.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    home: Path = Path("var")
    """Folder of everything written."""
    city: Path = ROOT / "bot" / "city" / "fengcheng"
    """Folder of the city's departments, catalogue, places, calendar, limits, wording."""
    database_url: str = ""
    """SQLAlchemy URL; empty: SQLite under `home`."""
    redis_url: str = ""
    """Empty: `policyline up` starts one under `home` on `redis_port`."""
    redis_port: int = Field(default=16379, ge=1, le=65535)
    rasa_url: AnyHttpUrl | None = None
    """None: `policyline up` starts one on `rasa_port`."""
    rasa_port: int = Field(default=15005, ge=1, le=65535)
    rasa_token: SecretStr = SecretStr("")
    """Shared secret between us and Rasa, both ways; `policyline up` makes one."""
    rasa_timeout_s: float = Field(default=2.0, gt=0)
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""
    """Address citizens reach us by, for links; empty: http://host:port."""
    milvus_url: str = ""
    """A Milvus cluster the index lies in, such as http://host:19530; empty: in this process."""
    milvus_token: SecretStr = SecretStr("")
    """`user:password` or an API key of the cluster."""
    milvus_prefix: str = Field(default="policyline", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")
    """What the names of its collections begin with; one a city."""
    encoder: str = "static"
    """`static` (trained here from the content), a folder, or a hub model's name."""
    data_dir: Path | None = None
    """Folder of measurement data; tests that need it are skipped without it."""
    contact_keys: SecretStr = SecretStr("")
    """Names, numbers and ids of citizens are sealed in the database under the first of these:
    `name:64 hex digits`, parted by commas, older ones after it. Empty: a key derived from the
    secret key."""
    secret_key: SecretStr = SecretStr("")
    """Keys sessions and query codes; `policyline up` makes one under `home`."""
    log_level: str = "INFO"
    log_format: Literal["json", "plain"] = "json"
    """`json`: one object a line, for collecting; `plain`: for reading at a terminal."""
    metrics_token: SecretStr = SecretStr("")
    """Who sends it as a bearer token may read `/metrics` from anywhere."""
    metrics_from: str = "127.0.0.0/8,::1/128"
    """Networks `/metrics` is read from without a token, parted by commas; empty: none."""
    otel_url: str = ""
    """An OpenTelemetry collector (OTLP over HTTP), such as http://127.0.0.1:4318; empty: off."""
    worker_port: int = Field(default=0, ge=0, le=65535)
    """Where `worker` answers `/health`, `/ready` and `/metrics`; 0: nowhere."""
    drain_s: float = Field(default=0.0, ge=0, le=120)
    """Told to end, `serve` says so on `/ready` and goes on for so long: until balancers have seen
    it, and as long as a page waits for its turn (`chat_wait_s`)."""

    chat_wait_s: float = Field(default=8.0, gt=0)
    """How long the web page's request waits for its turn before it goes on by polling."""
    proxy_hops: int = Field(default=0, ge=0, le=10)
    """Reverse proxies in front of us that add to X-Forwarded-For; 0: the header is not believed."""
    session_idle_min: int = Field(default=30, gt=0)
    """A member of staff who did nothing for so long signs in again."""
    session_max_h: int = Field(default=12, gt=0)
    """The longest shift; after it everybody signs in again, whatever they did."""
    second_factor_roles: Annotated[frozenset[Role], NoDecode] = frozenset()
    """Roles that may not work without an authenticator, separated by commas."""
    max_question_chars: int = Field(default=2000, gt=0)
    """What is longer is no part of a conversation: answered from its beginning, or registered."""
    max_message_chars: int = Field(default=20_000, gt=0)
    """Longest message the web page and the API take; a letter of several pages has some 5,000."""
    answer_direct: float = Field(default=0.70, ge=0, le=1)
    """From this chance on that the chosen document is the right one, it is quoted, and"""
    answer_present: float = Field(default=0.30, ge=0, le=1)
    """from this chance on that any of the first three answers. Measured: `knowledge.answer`."""
    answer_choices: float = Field(default=0.21, ge=0, le=1)
    """From this chance on that any does, they are offered; below, none."""
    answer_quote_chars: int = Field(default=250, ge=60, le=2000)
    """Longest quote; runs of 250 characters hold the answer for 79% of the questions, 150: 65%."""
    sms_rate_days: int = Field(default=7, gt=0)
    """For so long after a case was closed a text message "1" to "5" is taken for its grade."""
    rephrase_url: str = ""
    """Base of an OpenAI-compatible API (`https://host/v1`) that rephrases quotes; empty: off."""
    rephrase_model: str = Field(default="", validate_default=True)
    """The model's name there."""
    rephrase_key: SecretStr = SecretStr("")
    """Its API key; empty: none is sent, as models in one's own house often want it."""
    rephrase_timeout_s: float = Field(default=3.0, gt=0, le=20)
    """One call, from connecting to the last byte: WeChat's reply in place leaves 4 s for a turn,
    and understanding and answering need some 0.1 s of them."""
    answer_completeness: float = Field(default=0.6, ge=0, le=5)
    """What the whole answer counts beside a short one. Measured: `knowledge.reading.picking`."""
    reader: Path | None = None
    """A file `policyline reader train` wrote; None: sentences are picked by their words. On 405
    questions, documents unseen, a learned one quotes nearer to the answer (ROUGE-L .35 for .32) but
    holds it whole less often (65% for 73%)."""
    attachments: Path | None = None
    """Folder of citizens' pictures and videos; None: `attachments` under `home`. Replicas on
    several machines share one."""
    attachment_max_bytes: int = Field(default=10 * 1024 * 1024, gt=0)
    """A larger picture or video is noted, not kept; WeChat's own limit for pictures is 10 MB."""
    letter_file_max_bytes: int = Field(default=25 * 1024 * 1024, gt=0)
    """A larger file of a letter is noted, not kept; mail servers mostly stop at 25 MB."""
    letter_files_max: int = Field(default=20, gt=0, le=100)
    """So many files of a letter are kept apart; all of them are in the mail itself."""
    letter_phone_code: bool = False
    """Who leaves a number in the mailbox's form proves it with a code by text message."""
    clamd: str = ""
    """Where ClamAV's daemon listens, `unix:/path` or `tcp:host:port`; empty: nobody looks."""
    pace_messages: int = Field(default=20, gt=0)
    """So many messages of one person on a platform are handled at once in `pace_s` seconds; what
    comes faster is kept and waits. A registration takes some eight messages."""
    pace_s: float = Field(default=60.0, gt=0)
    second_reader: bool = True
    """Who wrote or imported a document may not check or publish it; an administrator may, with a
    reason that is kept. Off: one person does all of it."""
    lease_s: float = Field(default=30.0, gt=0)
    """A handler that has not finished by then is taken for dead."""

    transcript_days: int = Field(default=180, ge=1, le=3650)
    """Words and callers' numbers of telephone calls are removed so many days after the call; the
    figures and the cases opened from it stay."""

    merge_days: int = Field(default=60, ge=1, le=366)
    """Open cases of so many days are held against a case to find what may be merged with it."""
    merge_suggest: float = Field(default=0.5, gt=0, le=1)
    """Probability from which a case is suggested for merging. Measured: `docs/hot-issues.md`."""
    merge_auto: float = Field(default=0.0, ge=0, le=1)
    """From which cases are merged without a person; 0: never. At 0.9 none of 36 pairs held back
    was wrong, at 0.7 one in twenty."""
    hot_days: int = Field(default=60, ge=7, le=366)
    """Cases of so many days make up the hot issues."""
    hot_least_cases: int = Field(default=3, ge=2)
    """From how many cases on a cluster is an issue."""
    hot_alert: float = Field(default=12.0, gt=0)
    """Heat from which a growing issue alerts, once: some six cases on three days from nothing."""
    hot_refresh_s: float = Field(default=300.0, ge=5)
    """How often the worker looks at the cases anew."""

    oidc_issuer: str = ""
    """Single sign-on: the OpenID Connect provider, as in its discovery document; empty: off."""
    oidc_client_id: str = Field(default="", validate_default=True)
    """Our name there; `PUBLIC_URL/signin/oidc/callback` is to be registered with it."""
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), validate_default=True)
    """Our secret there."""
    oidc_label: str = Field(default="统一身份认证登录", min_length=1, max_length=20)
    """What the button says."""
    oidc_name_claim: str = Field(default="preferred_username", min_length=1)
    """The claim that names accounts; what people can change themselves there must not be it."""
    oidc_groups_claim: str = Field(default="groups", min_length=1)
    """The claim that lists groups."""
    oidc_groups: Annotated[Mapping[str, Placed], NoDecode] = Field(default_factory=dict)
    """Group → role, as `{"hotline": "triage"}`: whoever is in it and has no account gets one.
    Empty: the administrator alone makes accounts."""
    oidc_timeout_s: float = Field(default=5.0, gt=0, le=30)
    """One call to the provider; a person waits for it."""

    open311_keys: Annotated[Mapping[str, ApiKey], NoDecode] = Field(default_factory=dict)
    """API keys of the apps that send Open311 requests: a file, or JSON; `bot.open311.keys`."""
    open311_jurisdiction: str = ""
    """Our `jurisdiction_id`; empty: the city's code (GB/T 2260)."""
    open311_contact: str = ""
    """Whom an app's makers ask for a key; empty: the hotline."""

    @field_validator("open311_keys", mode="before")
    @classmethod
    def _keys(cls, value: object) -> Mapping[str, ApiKey]:
        return read_keys(value)

    @field_validator("second_factor_roles", mode="before")
    @classmethod
    def _roles(cls, value: object) -> frozenset[Role]:
        return read_roles(value)

    @field_validator("oidc_groups", mode="before")
    @classmethod
    def _groups(cls, value: object) -> Mapping[str, Placed]:
        return read_groups(value)

    @field_validator("oidc_issuer", mode="after")
    @classmethod
    def _a_provider(cls, value: str) -> str:
        if value and not safe_address(value):
            raise ValueError("should be https://host[/path], as the provider's documents name it")
        return value

    @field_validator("oidc_client_id", "oidc_client_secret", mode="after")
    @classmethod
    def _known_there(cls, value: str | SecretStr, known: ValidationInfo) -> str | SecretStr:
        given = value.get_secret_value() if isinstance(value, SecretStr) else value
        if known.data.get("oidc_issuer") and not given:
            raise ValueError(f"is needed where {PREFIX}OIDC_ISSUER is set")
        return value

    @field_validator("home", "city", mode="after")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("database_url", mode="after")
    @classmethod
    def _a_database(cls, value: str) -> str:
        """Said with the other faults, before anything tries to open it."""
        if value and not _DATABASE.match(value):
            raise ValueError(
                "should be sqlite:///file or postgresql://user:password@host:port/name"
            )
        return value

    @field_validator("clamd", mode="after")
    @classmethod
    def _a_scanner(cls, value: str) -> str:
        if value and not re.fullmatch(r"unix:/\S+|tcp:[A-Za-z0-9._-]+:\d{1,5}", value):
            raise ValueError("should be unix:/path or tcp:host:port")
        return value

    @field_validator("metrics_from", mode="after")
    @classmethod
    def _networks(cls, value: str) -> str:
        _networks_of(value)
        return value

    @field_validator("otel_url", "rephrase_url", mode="after")
    @classmethod
    def _an_address(cls, value: str) -> str:
        """The key has a setting of its own: an address that holds one ends up in logs."""
        if value and not _API_BASE.fullmatch(value):
            raise ValueError("should be http(s)://host[:port]/path, without user, query or #")
        return value.rstrip("/")

    @field_validator("rephrase_model", mode="after")
    @classmethod
    def _a_model_at_the_address(cls, value: str, known: ValidationInfo) -> str:
        if known.data.get("rephrase_url") and not value:
            raise ValueError(f"should name the model at {PREFIX}REPHRASE_URL")
        return value

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite+aiosqlite:///{self.home / 'policyline.db'}"

    @property
    def attachments_folder(self) -> Path:
        """The folder of attachments in force."""
        return (self.attachments or self.home / "attachments").expanduser().absolute()

    @property
    def metrics_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Networks `/metrics` is read from without a token."""
        return _networks_of(self.metrics_from)

    @property
    def redis(self) -> str:
        """The Redis URL in force."""
        return self.redis_url or f"redis://127.0.0.1:{self.redis_port}/0"

    @property
    def rasa(self) -> str:
        """Rasa's address in force, without a slash at the end."""
        return str(self.rasa_url or f"http://127.0.0.1:{self.rasa_port}").rstrip("/")

    @property
    def base_url(self) -> str:
        """The address in links, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        del dotenv_settings, file_secret_settings
        toml = TomlConfigSettingsSource(settings_cls, config_path())
        return init_settings, env_settings, toml


def _networks_of(value: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())


def config_path() -> Path:
    """The TOML file in force; it need not exist."""
    return Path(os.environ.get(PREFIX + "CONFIG", "policyline.toml"))


def load(**overrides: Any) -> Settings:
    """Read the settings.

    Raises:
        SettingsError: with every fault found, not only the first.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(
            [
                f"{PREFIX}{'.'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
                for fault in error.errors()
            ]
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{config_path()}: {error}"]) from error
