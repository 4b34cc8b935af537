"""Every provider, command, setting, make target, model and exit code is complete and described."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
import yaml
from pydantic import BaseModel

from extract.providers import PROVIDERS
from warehouse import errors
from warehouse.series.page import page
from warehouse.settings import SECRET_NAMES, Settings

from .source_tree import PROJECT, files, name, text_of

MODELS = PROJECT / "dbt_project" / "models"
EXIT_CODES = sorted(
    {value for key, value in vars(errors).items() if key.isupper() and isinstance(value, int)}
)


def commands(group: Any, prefix: str = "tapehouse") -> Iterator[tuple[str, Any]]:
    for key, command in sorted(group.commands.items()):
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix} {key}")
        else:
            yield f"{prefix} {key}", command


def every_command() -> dict[str, Any]:
    from cli.main import app

    return dict(commands(typer.main.get_command(app)))


def settings_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for key, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings_of(kind, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def make_targets() -> list[str]:
    found = re.findall(r"^([a-z][a-z-]*):", text_of("Makefile"), re.MULTILINE)
    return [target for target in dict.fromkeys(found) if target != "all"]


def models() -> list[str]:
    return [name(path) for path in files(MODELS) if path.suffix == ".sql"]


def declared(model: str) -> dict[str, Any]:
    path = (PROJECT / model).with_suffix(".yml")
    assert path.is_file(), f"{name(path)} is missing"
    listed = yaml.safe_load(path.read_text(encoding="utf-8")).get("models") or []
    found = [one for one in listed if one["name"] == path.stem]
    assert found, f"{name(path)} does not describe {path.stem}"
    return dict(found[0])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_has_what_every_provider_has(provider: str) -> None:
    folder = PROJECT / "extract" / provider
    missing = [
        path for path in ("__init__.py", "settings.py", "README.md") if not (folder / path).exists()
    ]
    assert not missing, missing
    assert f"#{provider}" in text_of("dbt_project/seeds/providers.csv")
    assert re.search(rf"^#+ .*{provider}", text_of("docs/providers.md"), re.MULTILINE | re.I)
    assert provider in Settings.model_fields["providers"].default.model_dump()


def test_every_provider_package_is_in_the_list_of_providers() -> None:
    packages = {path.parent.name for path in (PROJECT / "extract").glob("*/settings.py")}
    assert packages == set(PROVIDERS)


@pytest.mark.parametrize("command", every_command())
def test_a_command_explains_itself_with_an_example(command: str) -> None:
    found = every_command()[command]
    text = found.help or ""
    assert "Example" in text
    assert command in text
    unexplained = [
        option.name
        for option in found.params
        if option.param_type_name == "option" and not option.hidden and not option.help
    ]
    assert not unexplained, unexplained


def test_every_command_is_in_the_reference() -> None:
    page = text_of("docs/cli.md")
    missing = [command for command in every_command() if command not in page]
    assert not missing, missing


def test_every_exit_code_is_in_the_reference() -> None:
    page = text_of("docs/cli.md")
    missing = [code for code in EXIT_CODES if not re.search(rf"^\W*{code}\b", page, re.MULTILINE)]
    assert not missing, missing


def test_every_setting_is_in_the_reference() -> None:
    """What all of a family share is described once, by its last name, behind the family's."""
    page = text_of("docs/settings.md")
    families = {name: page.partition(name)[2] for name in ("providers.", "alerts.rules.")}
    missing = [
        setting
        for setting in settings_of(Settings)
        if setting not in page
        and not any(
            setting.startswith(name) and f"`{setting.split('.')[-1]}`" in behind
            for name, behind in families.items()
        )
    ]
    missing += [secret for secret in SECRET_NAMES if secret not in page]
    assert not missing, missing


def test_every_secret_has_its_line_in_the_example() -> None:
    example = text_of(".env.example")
    assert not [secret for secret in SECRET_NAMES if secret not in example]


@pytest.mark.parametrize("target", make_targets())
def test_a_make_target_is_told_to_people(target: str) -> None:
    assert f"make {target}" in text_of("README.md") + text_of("CONTRIBUTING.md")


@pytest.mark.parametrize("model", models())
def test_a_model_says_what_it_is(model: str) -> None:
    assert str(declared(model).get("description", "")).strip().endswith((".", ")"))


@pytest.mark.parametrize("model", [model for model in models() if "/marts/" in model])
def test_a_mart_is_described_to_the_column(model: str) -> None:
    columns = declared(model).get("columns") or []
    assert columns
    bare = [one["name"] for one in columns if not one.get("description")]
    untyped = [one["name"] for one in columns if not one.get("data_type")]
    assert not bare, f"without a description: {bare}"
    assert not untyped, f"without a type: {untyped}"


def test_the_page_of_indicators_says_what_their_model_says() -> None:
    assert text_of("docs/indicators.md") == page(), "`make pages` writes it anew"
