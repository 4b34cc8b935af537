"""Settings: defaults, then `tapehouse.toml`, then `.env`, then the environment, which wins."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from warehouse.alert_settings import AlertsSection
from warehouse.errors import ConfigurationError
from warehouse.folder import DataFolder
from warehouse.provider_settings import (
    KEY_NAMES,
    ProviderSettings,
    ProvidersSection,
    Section,
    SourcesSection,
)
from warehouse.retention_settings import RetentionSection

PROJECT = Path(__file__).resolve().parent.parent
SECRET_NAMES = (
    *(name for names in KEY_NAMES.values() for name in names),
    "BINANCE_API_SECRET",
    "DATABASE_URL",
    "ALERTS_SMTP_USER",
    "ALERTS_SMTP_PASSWORD",
)
RUN_ID = "TAPEHOUSE_RUN_ID"


class BudgetsSection(Section):
    """Where the machine's calls to providers are counted; None means its usual place."""

    file: Path | None = None


class LandingSection(Section):
    format: Literal["parquet", "csv"] = "parquet"
    compact_after_days: int = Field(default=1, ge=1, le=36_500)


class LogSection(Section):
    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"
    keep_files: int = Field(default=10, ge=1, le=1000)
    keep_days: float = Field(default=30.0, gt=0, le=10_000)
    max_mb: float = Field(default=10.0, gt=0, le=1000)
    rotate_hours: float = Field(default=24.0, gt=0, le=10_000)


class PublishSection(Section):
    keep: int = Field(default=3, ge=1, le=100)


class PrefectSection(Section):
    port: int = Field(default=4200, ge=1, le=65_535)


class ScorerSettings(Section):
    """A person's own model: a Python file with `score(table)`, and the features it is given."""

    file: Path
    features: list[Literal["price", "volume", "index"]] = Field(default=["price"])
    keep_nulls: bool = False
    timeout_seconds: float = Field(default=600.0, gt=0, le=86_400)

    @property
    def path(self) -> Path:
        return self.file if self.file.is_absolute() else PROJECT / self.file


class SandboxSection(Section):
    seed: int = 7
    start: datetime = datetime(2026, 3, 11, 15, 0)
    step_minutes: int = Field(default=15, ge=1, le=1440)
    url: str = ""
    # Keep the real plans' paces and limits there too, to see how long something takes.
    real_plans: bool = False


class Settings(BaseSettings):
    """Everything that can be set; unknown names are refused."""

    model_config = SettingsConfigDict(
        env_prefix="TAPEHOUSE_", env_nested_delimiter="__", extra="forbid", validate_default=True
    )

    data_dir: Path = Path("data_extracts")
    profile: Literal["dev", "prod"] = "dev"
    landing: LandingSection = LandingSection()
    log: LogSection = LogSection()
    publish: PublishSection = PublishSection()
    prefect: PrefectSection = PrefectSection()
    retention: RetentionSection = RetentionSection()
    sandbox: SandboxSection = SandboxSection()
    providers: ProvidersSection = ProvidersSection()
    budgets: BudgetsSection = BudgetsSection()
    sources: SourcesSection = SourcesSection()
    alerts: AlertsSection = AlertsSection()
    scoring: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")], ScorerSettings] = {}

    _keys: dict[str, SecretStr] = PrivateAttr(default_factory=dict)

    @property
    def folder(self) -> DataFolder:
        return DataFolder(self.data_dir if self.data_dir.is_absolute() else PROJECT / self.data_dir)

    @property
    def budgets_file(self) -> Path:
        """One a machine, for limits are an address's or a key's; a sandbox folder has its own."""
        if self.budgets.file:
            return PROJECT / self.budgets.file.expanduser()
        if self.folder.origin == "sandbox":
            return self.folder.budgets
        home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
        return Path(home) / "tapehouse" / "budgets.sqlite"

    def provider(self, name: str) -> ProviderSettings:
        found: ProviderSettings = getattr(self.providers, name)
        return found

    def key(self, provider: str) -> SecretStr | None:
        return self._keys.get(provider)

    def give_key(self, provider: str, key: str) -> None:
        self._keys = {**self._keys, provider: SecretStr(key)}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (
            init_settings,
            env_settings,
            dotenv_settings,
            TomlConfigSettingsSource(settings_cls, _config_file),
        )


_config_file: Path = PROJECT / "tapehouse.toml"
_dotenv: dict[str, str] = {}
_addresses: list[str] = []


def config_file() -> Path:
    """The settings file that was read last."""
    return _config_file


def make_config() -> None:
    """First run: the committed examples become the person's own files."""
    for example, own, mode in (
        ("tapehouse.example.toml", "tapehouse.toml", 0o644),
        (".env.example", ".env", 0o600),
    ):
        if not (PROJECT / own).exists() and (PROJECT / example).exists():
            shutil.copyfile(PROJECT / example, PROJECT / own)
            os.chmod(PROJECT / own, mode)


def load(config: Path | None = None) -> Settings:
    """Read and check all settings; an error names the file and the line that is wrong."""
    global _config_file
    named = config or (
        Path(os.environ["TAPEHOUSE_CONFIG"]) if "TAPEHOUSE_CONFIG" in os.environ else None
    )
    if named is None:
        make_config()
        _config_file = PROJECT / "tapehouse.toml"
    else:
        _config_file = named
        if not named.is_file():
            raise ConfigurationError(
                f"{named}: no such file", "name an existing file with --config"
            )
    text = ""
    if _config_file.is_file():
        try:
            text = _config_file.read_text(encoding="utf-8")
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(
                f"{_config_file}: not valid TOML: {error}", "mend that line and try again"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{_config_file}: cannot be read: {error}") from None
    _read_dotenv()
    try:
        found = Settings(_env_file=PROJECT / ".env")  # type: ignore[call-arg]
    except ValidationError as error:
        raise ConfigurationError(_explain(error, text), "mend the setting and try again") from None
    for provider, names in KEY_NAMES.items():
        if key := next(filter(None, map(_secret, names)), ""):
            found.give_key(provider, key)
    _addresses[:] = found.alerts.secrets()
    return found


def _explain(error: ValidationError, text: str) -> str:
    """One line per wrong setting, without its value: it might be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        # pydantic adds [key] where a name is wrong, and a number where one of a list is.
        path = [part for part in problem["loc"] if isinstance(part, str) and part != "[key]"]
        variable = "TAPEHOUSE_" + "__".join(path).upper()
        reason = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            reason = "no such setting"
        line = line_of(text, path)
        if variable in os.environ or line is None:
            lines.append(f"{variable} (environment or .env): {reason}")
        else:
            lines.append(f"{_config_file}, line {line}: {'.'.join(path)}: {reason}")
    return "\n".join(lines)


def line_of(text: str, path: list[str]) -> int | None:
    """Where a setting stands in the TOML text: its key under its table's header."""
    table: list[str] = []
    header_line = None
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([^\[\]]+?)\s*\]", line)
        if header:
            table = [part.strip(" \"'") for part in header.group(1).split(".")]
            if table == path:
                header_line = number
            continue
        key = re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line)
        if key and table + key.group(1).strip("\"'").split(".") == path:
            return number
    return header_line


def secret_values() -> list[str]:
    """What must never be written anywhere, read here and handed only to the redactor."""
    named = [value for name in SECRET_NAMES if len(value := _secret(name)) >= 6]
    return [*_addresses, *named]


def mail_login() -> tuple[str, str]:
    """User and password of the mail server; empty where it asks for none."""
    return _secret("ALERTS_SMTP_USER"), _secret("ALERTS_SMTP_PASSWORD")


def run_of_parent() -> int | None:
    """The run that the process belongs to which started this one."""
    told = os.environ.get(RUN_ID, "")
    return int(told) if told.isdecimal() else None


def _secret(name: str) -> str:
    return os.environ.get(name) or _dotenv.get(name) or ""


def _read_dotenv() -> None:
    file = PROJECT / ".env"
    _dotenv.clear()
    if file.is_file():
        _dotenv.update({name: value or "" for name, value in dotenv_values(file).items()})


def export_for_children(**names: Any) -> None:
    """Set the variables that dbt and other libraries of this process read; None takes one away."""
    for name, value in names.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = str(value)
