"""docker-compose.yml brought up without Docker: each service of ours by its own command, as its own user, sees no more
than compose and the image give it. Containers are made by bubblewrap.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support import compose, image
from tests.support.containers import Container, Containers, containers
from tests.support.embedded_users import open_directory
from tests.support.hidden import hiding
from tests.support.processes import PATIENCE, Site

# What the operator sets, by what the file says of itself.
OUTSIDE = {"ALLOWED_HOSTS": "crm.example", "SITE_URL": "https://crm.example"}
SERVICES = compose.services(OUTSIDE)
ENDS = [name for name, service in SERVICES.items() if service.said["restart"] == "on-failure"]
STAYS = [name for name in SERVICES if name not in ENDS]
EVERY = compose.read(OUTSIDE)
# As the proxy asks for a visitor.
ASK = """
import sys, urllib.request as u
said = {"Host": "crm.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
print(u.urlopen(u.Request(sys.argv[1], headers=said), timeout=20).read().decode())
"""


@pytest.fixture(scope="module")
def here(installation: Site) -> Iterator[Containers]:
    """The containers, with secrets as `make-secrets.sh` writes them, beside the servers of the tests."""
    installation.renew()
    given = installation.parameters()
    postgres = Path(given["host"], f".s.PGSQL.{given['port']}")
    valkey = Path(installation.urls.redis.removeprefix("unix://").partition("?")[0])
    names = list(EVERY["services"])
    with open_directory() as folder:
        write_secrets(folder)
        said = {"hosts": names, "ports": {5432: postgres, 6379: valkey}, "hiding": hiding()}
        with containers(folder, **said) as made:
            prepare_database(made)
            yield made


def prepare_database(here: Containers) -> None:
    """Run what the image of PostgreSQL runs once it has made the role and the database that the service names."""
    database = compose.Service("db", EVERY["services"]["db"], OUTSIDE)
    for script in sorted(path for path in database.volumes if path.startswith("/docker-entrypoint-initdb.d/")):
        container = here.start(database, "env", "PGHOST=db", "sh", script)
        assert container.wait(PATIENCE) == 0, container.said


def write_secrets(folder: Path) -> None:
    (folder / "deploy").mkdir()
    shutil.copyfile(image.ROOT / "deploy" / "make-secrets.sh", folder / "deploy" / "make-secrets.sh")
    given = {"PATH": "/usr/bin:/bin", "EMAIL_URL": "smtp://mail:1025"}
    subprocess.run(["sh", "deploy/make-secrets.sh"], cwd=folder, env=given, check=True, capture_output=True)


def test_each_service_starts_as_compose_would_start_it_is_well_and_ends_when_it_is_told_to(here: Containers) -> None:
    for name in ENDS:
        container = here.start(SERVICES[name])
        assert container.wait(PATIENCE) == 0, container.said
    running = [here.start(SERVICES[name]) for name in STAYS]
    with ThreadPoolExecutor() as waiting:
        list(waiting.map(Container.await_health, running))
    of = {container.service.name: container for container in running}
    page = of["web"].run("python", "-c", ASK, "http://web:8000/privacy/")
    assert "Nordvik Software AB" in page.stdout, page.stderr
    figures = of["metrics"].run("python", "-c", ASK, "http://metrics:9464/")
    assert "crm_up" in figures.stdout, figures.stderr
    for container in running:
        assert container.memory() < compose.size(container.service.said["mem_limit"])
        assert container.tasks() < container.service.said["pids_limit"]
    assert {container.service.name: container.stop() for container in running} == dict.fromkeys(STAYS, 0)
    assert {name: complaints(container.said) for name, container in of.items()} == {name: [] for name in STAYS}


def complaints(said: str) -> list[str]:
    """Return the lines of a log that say that something is wrong; the one that Celery writes as it ends does not."""
    lines = [line for line in said.splitlines() if line and "Warm shutdown" not in line]
    return [line for line in lines if not line.startswith("{") or json.loads(line).get("level") != "info"]


def test_a_service_writes_where_compose_lets_it_and_nowhere_else(here: Containers) -> None:
    web = SERVICES["web"]
    given = [*web.tmpfs, *(path for path, (_, writable) in web.volumes.items() if writable)]
    tried = " ".join([*given, "/", "/app", "/var/lib/crm", "/home", "/run/secrets", "/usr"])
    asked = f"for each in {tried}; do test -w $each && echo $each; done; test -r /run/secrets/secret_key"
    container = here.start(web, "/bin/sh", "-c", asked)
    assert container.wait(PATIENCE) == 0
    assert container.said.split() == given


def test_a_backup_is_made_and_restored_where_nothing_but_the_volumes_may_be_written(
    here: Containers, tmp_path: Path
) -> None:
    os.chown(tmp_path, SERVICES["web"].uid, -1)
    for command in (["backup", "/backups"], ["restore", "/backups/{}", "--replace"]):
        names = [path.name for path in tmp_path.iterdir()]
        words = [word.format(*names) for word in command]
        container = here.start(SERVICES["web"], "python", "manage.py", *words, beside={"/backups": tmp_path})
        assert container.wait(PATIENCE) == 0, container.said


def test_what_compose_names_is_there() -> None:
    """Other services, volumes, secrets and files outside, and the port that the proxy and the alarms go by."""
    services = EVERY["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        assert set(service.get("secrets", [])) <= set(EVERY["secrets"])
        for source in (each.split(":")[0] for each in service.get("volumes", [])):
            assert source in EVERY["volumes"] or (image.ROOT / source).is_file()
    ((name, port),) = re.findall(r"dynamic a (\S+) (\d+)", (image.ROOT / "Caddyfile").read_text())
    assert SERVICES[name].command[-1].endswith(f":{port}")
    written = re.findall(r"^put (\w+) ", (image.ROOT / "deploy" / "make-secrets.sh").read_text(), re.MULTILINE)
    assert {name: Path(said["file"]).name for name, said in EVERY["secrets"].items()} == {
        name: name for name in written
    }


@pytest.mark.parametrize("name", ["ALLOWED_HOSTS", "SITE_URL"])
def test_compose_says_what_it_lacks(name: str) -> None:
    with pytest.raises(compose.ComposeError, match=f"set {name}"):
        compose.services(OUTSIDE | {name: ""})
