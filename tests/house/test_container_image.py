"""The image is not built here; what it holds is copied by its recipe, and started as it would be there."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from django.apps import apps
from django.conf import settings

from tests.support import image
from tests.support.hidden import hiding

ROOT: Path = settings.BASE_DIR
COMPOSED = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSED)["services"]
OF_THE_OWNER = {"owner_database_url", "postgres_password"}
READ_ME = (ROOT / "README.md").read_text()
PRODUCTION = {
    "DATABASE_URL": "postgres://crm:crm@localhost:1/crm",
    "REDIS_URL": "redis://localhost:1/0",
    "SECRET_KEY": "kX3_p" * 12,
    "ALLOWED_HOSTS": "crm.example",
    "SITE_URL": "https://crm.example",
    "EMAIL_URL": "smtp://localhost:1",
    "SUPPRESSION_KEY": "kX3_p" * 13,
}
STARTED = """
import django
django.setup()
from django.urls import reverse
from privacy_crm.wsgi import application
from privacy_crm.celery import app
app.loader.import_default_modules()
print(reverse("admin:index"), "retention.tasks.nightly" in app.tasks)
"""

type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def in_the_image(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run Python where the image's files are alone, with the packages of production alone."""
    folder = tmp_path_factory.mktemp("image")
    image.fill(folder / "app")
    (folder / "sitecustomize.py").write_text(hiding())
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "CELERY_SKIP_CHECKS": "1", **PRODUCTION}
    given["VAR_DIR"] = str(folder / "var")

    def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        options = {"cwd": folder / "app", "env": given | changes, "capture_output": True, "text": True}
        return subprocess.run([sys.executable, *arguments], check=False, timeout=120, **options)

    return run


def test_the_image_carries_every_app_and_every_folder_that_the_settings_name() -> None:
    apps_of_ours = {Path(app.path) for app in apps.get_app_configs()}
    folders = {*settings.TEMPLATES[0]["DIRS"], *settings.STATICFILES_DIRS, *settings.LOCALE_PATHS, *apps_of_ours}
    ours = {folder for folder in folders if ".venv" not in folder.parts and folder.is_relative_to(ROOT)}
    assert len(ours) > 5
    assert {folder.relative_to(ROOT).parts[0] for folder in ours} - set(image.copied()) == set()


def test_the_product_starts_without_what_is_for_development(in_the_image: Run) -> None:
    started = in_the_image("-c", STARTED, DJANGO_SETTINGS_MODULE="privacy_crm.settings")
    assert started.stdout.split() == ["/admin/", "True"], started.stderr
    absent = in_the_image("-c", "import privacy_crm.demo")
    assert "No module named 'privacy_crm.demo'" in absent.stderr
    hidden = in_the_image("-c", "import rich")
    assert "No module named 'rich'" in hidden.stderr


def test_its_commands_and_checks_run_without_it_and_the_demo_is_not_among_them(in_the_image: Run) -> None:
    told = in_the_image("manage.py", "help", "--commands")
    assert {"purge", "explain", "import_crm"} <= set(told.stdout.split()), told.stderr
    assert "demo" not in told.stdout.split()
    checked = in_the_image("manage.py", "check")
    assert checked.returncode == 0, checked.stderr


def test_a_policy_to_publish_is_named_where_there_is_no_demo(in_the_image: Run) -> None:
    refused = in_the_image("manage.py", "publish_policy")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "file" in refused.stderr


def test_servers_of_development_are_not_looked_for_where_they_are_not(in_the_image: Run) -> None:
    refused = in_the_image("manage.py", "version", DEBUG="on", DATABASE_URL="")
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "DATABASE_URL" in refused.stderr


def test_what_the_readme_lets_the_operator_set_reaches_the_product_in_its_containers() -> None:
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", READ_ME, re.MULTILINE)
    told = {name for row in rows for name in re.findall("[A-Z_]+", row)}
    assert len(told) > 10
    named = {name.removesuffix("_FILE") for name in re.findall(r"^ {4,6}([A-Z_]+):", COMPOSED, re.MULTILINE)}
    assert told - named == set()


def test_the_containers_serve_this_machine_alone() -> None:
    """Who reaches the site past the proxy says themselves who they are (`PROXY_HOPS`)."""
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports.pop("proxy") == ["80:80", "443:443"]
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)


def test_no_container_has_more_rights_than_it_needs() -> None:
    for name, service in SERVICES.items():
        assert (name, service["cap_drop"], service["security_opt"]) == (name, ["ALL"], ["no-new-privileges:true"])
        assert name == "db" or service["read_only"], name
        assert name == "db" or "mem_limit" in service, name
    unchecked = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert unchecked == {"migrate", "metrics"}  # the one ends, and alarms notice when the other does


@pytest.mark.promise("P17")
def test_none_but_the_container_that_migrates_connects_as_the_owner() -> None:
    owners = {name for name, service in SERVICES.items() if {*service.get("secrets", ())} & OF_THE_OWNER}
    assert owners == {"db", "migrate"}
    told = {name for name, service in SERVICES.items() if "OWNER_DATABASE_URL_FILE" in service.get("environment", {})}
    assert told == {"migrate"}
    common = {*SERVICES["web"]["secrets"]}
    assert {*SERVICES["migrate"]["secrets"]} == common | {"owner_database_url"}


def test_a_secret_comes_from_a_file(in_the_image: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from a file " * 6)
    told = in_the_image(
        "-c", "from privacy_crm.settings import SECRET_KEY; print(SECRET_KEY)",
        SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"),
    )  # fmt: skip
    assert told.stdout.strip() == ("from a file " * 6).strip(), told.stderr


def test_images_are_pinned_to_the_digests_that_the_registry_says(tmp_path: Path) -> None:
    for name in ("Dockerfile", "docker-compose.yml", "docker-compose.development.yml", "deploy/pin-images.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\necho sha256:{'7' * 64}\n")
    docker.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    for _ in range(2):  # the second time over the digests of the first
        subprocess.run(
            ["sh", "deploy/pin-images.sh"], cwd=tmp_path, env={"PATH": path}, check=True, capture_output=True
        )
    lines = (tmp_path / "Dockerfile").read_text() + (tmp_path / "docker-compose.yml").read_text()
    images = re.findall(r"^(?:FROM|    image:) (\S+)", lines, re.MULTILINE)
    assert len(images) == 5
    assert all(re.fullmatch(rf"[^@]+@sha256:{'7' * 64}", image) for image in images)


def test_secrets_are_written_once_and_stay(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    shutil.copyfile(ROOT / "deploy" / "make-secrets.sh", tmp_path / "deploy" / "make-secrets.sh")

    def make(**environment: str) -> subprocess.CompletedProcess[bytes]:
        given = {"PATH": os.environ["PATH"], **environment}
        return subprocess.run(
            ["sh", "deploy/make-secrets.sh"], cwd=tmp_path, env=given, check=False, capture_output=True
        )

    assert make().returncode != 0
    assert make(EMAIL_URL="smtps://mail.example").returncode == 0
    written = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    random = {written[name] for name in ("secret_key", "suppression_key", "postgres_password", "application_password")}
    assert len(random) == 4
    assert set(written) == set(yaml.safe_load(COMPOSED)["secrets"])
    assert written["owner_database_url"] == f"postgres://crm:{written['postgres_password']}@db:5432/crm"
    assert written["database_url"] == f"postgres://crm_app:{written['application_password']}@db:5432/crm"
    assert make(EMAIL_URL="smtps://other.example").returncode == 0
    assert {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()} == written
