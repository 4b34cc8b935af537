"""Settings come from defaults, file and environment, and an error names its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse import settings
from warehouse.errors import ConfigurationError


def write(path: Path, text: str) -> Path:
    file = path / "own.toml"
    file.write_text(text)
    return file


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "[providers.yahoo]\npace_seconds = 3.0\n")
    assert settings.load(file).providers.yahoo.pace_seconds == 3.0
    monkeypatch.setenv("TAPEHOUSE_PROVIDERS__YAHOO__PACE_SECONDS", "4.5")
    assert settings.load(file).providers.yahoo.pace_seconds == 4.5


def test_a_wrong_value_names_file_and_line(tmp_path: Path) -> None:
    file = write(tmp_path, 'profile = "dev"\n\n[log]\nlevel = "loud"\n')
    with pytest.raises(ConfigurationError, match=rf"{file}, line 4: log.level"):
        settings.load(file)


def test_an_unknown_name_is_refused_with_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, "[landing]\nfromat = 'csv'\n")
    with pytest.raises(ConfigurationError, match=r"line 2: landing.fromat: no such setting"):
        settings.load(file)


def test_broken_toml_names_its_line(tmp_path: Path) -> None:
    file = write(tmp_path, "[landing]\nformat = \n")
    with pytest.raises(ConfigurationError, match="line 2"):
        settings.load(file)


def test_a_missing_config_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file"):
        settings.load(tmp_path / "absent.toml")


def test_a_wrong_variable_is_named_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPEHOUSE_PROVIDERS__YAHOO__BASE_URL", "https://me:canary@example.org")
    with pytest.raises(ConfigurationError) as caught:
        settings.load()
    assert "TAPEHOUSE_PROVIDERS__YAHOO__BASE_URL" in caught.value.message
    assert "canary" not in caught.value.message


@pytest.mark.parametrize(
    "address",
    ["file:///etc/passwd", "http://169.254.169.254/x", "ftp://a", "http://", "http://u:p@h"],
)
def test_addresses_that_are_no_provider_are_refused(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPEHOUSE_PROVIDERS__BINANCE__BASE_URL", address)
    with pytest.raises(ConfigurationError):
        settings.load()


def test_a_model_is_registered_by_name_in_the_file_or_by_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, '[scoring.momentum]\nfile = "models/momentum.py"\n')
    monkeypatch.setenv("TAPEHOUSE_SCORING__CALM__FILE", str(tmp_path / "calm.py"))
    found = settings.load(file).scoring
    assert found["momentum"].path == settings.PROJECT / "models" / "momentum.py"
    assert found["calm"].path == tmp_path / "calm.py"
    with pytest.raises(ConfigurationError, match=r"line 1: scoring"):
        settings.load(write(tmp_path, '[scoring."Not a name"]\nfile = "x.py"\n'))
    with pytest.raises(ConfigurationError, match=r"line 3: scoring.calm.features"):
        settings.load(write(tmp_path, '[scoring.calm]\nfile = "x.py"\nfeatures = ["news"]\n'))
