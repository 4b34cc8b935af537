"""The files of a deployment: their own linters, and what no linter sees."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from warehouse.settings import PROJECT

BIN = Path(sys.executable).parent
DEPLOY = PROJECT / "deploy"
MANIFESTS = sorted(
    set((DEPLOY / "kubernetes").glob("*.yaml")) - {DEPLOY / "kubernetes/kustomization.yaml"}
)
US = "us"


def ran(*words: object, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(one) for one in words], capture_output=True, text=True, **more)


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def schedule_of_market_hours(name: str) -> dict[str, Any]:
    deployments = documents(PROJECT / "prefect.yaml")[0]["deployments"]
    (found,) = (
        one
        for one in deployments
        if one["name"] == name and one["entrypoint"].endswith(":market_hours")
    )
    schedule: dict[str, Any] = found["schedules"][0]
    return schedule


def test_the_dockerfile_is_clean() -> None:
    done = ran(BIN / "hadolint", PROJECT / "Dockerfile")
    assert done.returncode == 0, done.stdout


def test_the_compose_file_is_one() -> None:
    done = ran(
        BIN / "check-jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        PROJECT / "compose.yaml",
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_kubernetes_knows_every_field(path: Path) -> None:
    done = ran(BIN / "kubernetes-validate", "--strict", path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_kustomize_applies_every_manifest_but_the_one_that_stands_for_the_rest() -> None:
    (kustomization,) = documents(DEPLOY / "kubernetes/kustomization.yaml")
    listed = {"cronjob.yaml", *kustomization["resources"]}
    assert listed == {path.name for path in MANIFESTS}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    units = []
    for path in sorted((DEPLOY / "systemd").iterdir()):
        unit = tmp_path / path.name
        # Its programs are looked for where they would be installed.
        text = path.read_text(encoding="utf-8")
        unit.write_text(text.replace("/opt/tapehouse/.venv/bin", str(BIN)), encoding="utf-8")
        units.append(unit)
    done = ran("systemd-analyze", "verify", *units)
    assert (done.returncode, done.stderr) == (0, "")


def test_other_clocks_agree_with_prefects() -> None:
    prefects = schedule_of_market_hours(US)
    (job,) = documents(DEPLOY / "kubernetes/cronjob.yaml")
    assert (job["spec"]["schedule"], job["spec"]["timeZone"]) == (
        prefects["cron"],
        prefects["timezone"],
    )
    timer = (DEPLOY / "systemd/tapehouse-run.timer").read_text(encoding="utf-8")
    assert prefects["cron"] == "*/15 9-16 * * 1-5"
    assert f"OnCalendar=Mon..Fri 09..16:00/15 {prefects['timezone']}" in timer


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_no_container_may_do_more_than_it_must(path: Path) -> None:
    for found in documents(path):
        spec = found.get("spec", {})
        pod = spec.get("jobTemplate", {"spec": spec})["spec"].get("template", {}).get("spec")
        if pod is None:
            continue
        assert pod["securityContext"]["runAsNonRoot"]
        assert not pod["automountServiceAccountToken"]
        for container in pod["containers"]:
            rights = container["securityContext"]
            assert rights["readOnlyRootFilesystem"]
            assert not rights["allowPrivilegeEscalation"]
            assert rights["capabilities"] == {"drop": ["ALL"]}


def test_the_image_holds_what_a_run_needs(tmp_path: Path) -> None:
    """The builder's context alone, laid out elsewhere, answers a command and parses its models."""
    app = tmp_path / "app"
    app.mkdir()
    for line in (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if line.startswith("!"):
            source, target = PROJECT / line[1:], app / line[1:]
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copyfile(source, target)
    (app / "tapehouse.example.toml").rename(app / "tapehouse.toml")
    own = {
        **os.environ,
        "PYTHONPATH": str(app),
        "TAPEHOUSE_DATA_DIR": str(tmp_path / "data"),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }
    own.pop("TAPEHOUSE_CONFIG", None)
    for words in (["cli", "status"], ["dbt.cli.main", "parse", "--quiet"]):
        done = ran(sys.executable, "-m", *words, cwd=app, env=own)
        assert done.returncode == 0, done.stdout + done.stderr
