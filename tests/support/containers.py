"""Services in containers made by bubblewrap: each has the files of the image alone, and may do what compose lets it.

It sees no file, variable, port or account but those that the Dockerfile and docker-compose.yml give it. What it runs is
its process 1; of the programs outside Python it finds those that the image has.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from privacy_crm.embedded import postgres_bin
from tests.support import image
from tests.support.compose import Service
from tests.support.embedded_users import eventually
from tests.support.processes import PATIENCE

# Of the packages that each Debian has, and of postgresql-client: what the product and compose run.
TOOLS = ("cat", "env", "find", "hostname", "install", "sh", "test")
POSTGRES = ("pg_dump", "pg_restore", "psql")
SECRETS = "/run/secrets"


class Containers:
    """The image, its volumes and its network, under one folder."""

    def __init__(self, folder: Path, *, hosts: list[str], ports: Mapping[int, Path], hiding: str) -> None:
        self.root, self.volumes, self.secrets = folder / "root", folder / "volumes", folder / "secrets"
        self._folder, self._hiding, self._hosts, self._ports = folder, hiding, hosts, ports
        self._until_closed = ExitStack()
        self._network = 0
        self._started: list[Container] = []

    def build(self) -> None:
        """Do what the Dockerfile does, but for what it installs: that is what this Python has."""
        image.fill(self.root / image.steps("WORKDIR")[-1].lstrip("/"))
        for link in ("bin", "lib", "lib64", "sbin"):
            (self.root / link).symlink_to(f"usr/{link}")
        for point in ("proc", "dev", "tmp", "var/lib", "venv", "hiding", *_ours()):
            self._point(point)
        for name, text in self._etc().items():
            (self._point("etc") / name).write_text(text)
        (self._point("hiding") / "sitecustomize.py").write_text(self._hiding)
        for tool in TOOLS:
            (self._point("tools") / tool).symlink_to(shutil.which(tool) or f"/usr/bin/{tool}")
        for tool in POSTGRES:
            (self.root / "tools" / tool).symlink_to(Path("/venv") / postgres_bin(tool).relative_to(sys.prefix))
        for step in image.steps("RUN"):
            if "manage.py" in step:
                self._run("/bin/sh", "-c", step)

    def _etc(self) -> dict[str, str]:
        name, number = image.account()
        return {
            "passwd": f"root:x:0:0::/root:/bin/sh\n{name}:x:{number}:{number}::/home/{name}:/bin/sh\n",
            "group": f"root:x:0:\n{name}:x:{number}:\n",
            "hosts": f"127.0.0.1 localhost {' '.join(self._hosts)}\n",
        }

    def open(self) -> None:
        """Have a network in which nothing but the servers of the tests is reached, under the names of compose."""
        leading = [str(each) for pair in self._ports.items() for each in pair]
        inside = ["--dev-bind", "/", "/", "--unshare-net", sys.executable, "-m", "tests.support.network", *leading]
        process, self._network = _wrapped(inside, cwd=image.ROOT, stdout=subprocess.PIPE)
        self._until_closed.callback(_end, process)
        assert process.stdout
        assert process.stdout.readline() == b"open\n"

    def close(self) -> None:
        for container in self._started:
            _end(container.process)
        self._until_closed.close()

    def start(self, service: Service, *command: str, beside: Mapping[str, Path] | None = None) -> Container:
        """Start a service as compose does, or another command in its place, as `docker compose run -v` does."""
        log = self._folder / f"{service.name}-{len(self._started)}.log"
        environment = image.environment("/tools") | {"HOME": f"/home/{image.account()[0]}"} | service.environment
        mounts = self._mounts(service)
        for path, folder in (beside or {}).items():
            mounts += ["--bind", str(folder), str(self._point(path)).removeprefix(str(self.root))]
        inside = self._inside(mounts, environment, service.folder, service.name)
        enter = ["nsenter", f"--net=/proc/{self._network}/ns/net"]
        with log.open("ab") as output:
            process, number = _wrapped(
                [*inside, *_as(service.uid), *(command or service.command)], before=enter, stdout=output, stderr=output
            )
        container = Container(service, process, number, log, environment)
        self._started.append(container)
        return container

    def _mounts(self, service: Service) -> list[str]:
        mounts = ["--ro-bind" if service.said.get("read_only") else "--bind", str(self.root), "/"]
        for path, megabytes in service.tmpfs.items():
            self._point(path)
            mounts += ["--perms", "1777", *(["--size", str(megabytes)] if megabytes else []), "--tmpfs", path]
        for path, (source, writable) in service.volumes.items():
            mounts += ["--bind" if writable else "--ro-bind", str(self._volume(source, path)), path]
        for name in service.secrets:
            self._file(f"{SECRETS}/{name}")
            mounts += ["--ro-bind", str(self.secrets / name), f"{SECRETS}/{name}"]
        return mounts

    def _volume(self, source: str, path: str) -> Path:
        """A volume begins as what the image has there, with its owner; a file outside is what it is."""
        if source.startswith((".", "/")):
            self._file(path)
            return image.ROOT / source
        place, before = self.volumes / source, self._point(path)
        if not place.exists():
            place.mkdir(parents=True)
            os.chown(place, before.stat().st_uid, before.stat().st_gid)
        return place

    def _point(self, path: str) -> Path:
        """A place of the image, made where it is not there, as Docker does for what is mounted on it."""
        place = self.root / path.lstrip("/")
        place.mkdir(parents=True, exist_ok=True)
        return place

    def _file(self, path: str) -> None:
        (self._point(str(Path(path).parent)) / Path(path).name).touch()

    def _run(self, *command: str) -> None:
        """Run a step of the recipe, as root, which may write all that is in the image."""
        mounts = ["--bind", str(self.root), "/"]
        inside = self._inside(mounts, image.environment("/tools"), image.steps("WORKDIR")[-1], "build")
        done = subprocess.run(["bwrap", *inside, *command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def _inside(self, mounts: list[str], environment: Mapping[str, str], folder: str, name: str) -> list[str]:
        mounts = [*mounts, "--ro-bind", "/usr", "/usr", "--ro-bind", os.path.realpath(sys.prefix), "/venv"]
        for path in _ours():
            for above in reversed(Path(path).parents):  # under a tmpfs, bubblewrap would make them for root alone
                mounts += ["--perms", "0755", "--dir", str(above)]
            mounts += ["--ro-bind", path, path]
        mounts += ["--proc", "/proc", "--dev", "/dev", "--perms", "1777", "--tmpfs", "/dev/shm"]  # noqa: S108
        given = [word for pair in (environment | {"PYTHONPATH": "/hiding"}).items() for word in ("--setenv", *pair)]
        alone = ["--unshare-pid", "--as-pid-1", "--unshare-ipc", "--unshare-uts", "--hostname", name, "--new-session"]
        return [*mounts, "--clearenv", *given, *alone, "--chdir", folder]


class Container:
    """A service that was started."""

    def __init__(
        self, service: Service, process: subprocess.Popen[bytes], number: int, log: Path, environment: dict[str, str]
    ) -> None:
        self.service, self.process, self.number, self.log = service, process, number, log
        self._environment = environment

    @property
    def said(self) -> str:
        return self.log.read_text()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside the service, as `docker compose exec` does."""
        into = ["nsenter", f"--target={self.number}", "--mount", "--pid", "--net", "--uts", "--ipc", "--root"]
        given = [f"{name}={value}" for name, value in (self._environment | {"PYTHONPATH": "/hiding"}).items()]
        inside = ["/usr/bin/env", "-i", "-C", self.service.folder, *given]
        return subprocess.run(
            [*into, *_as(self.service.uid), *inside, *command],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def await_health(self) -> None:
        """Return once its check says that it is well; at once where it has none."""
        check = self.service.check
        eventually(
            lambda: self.process.poll() is not None or not check or self.run(*check).returncode == 0, within=PATIENCE
        )
        assert self.process.poll() is None, self.said

    def wait(self, timeout: float) -> int:
        return self.process.wait(timeout)

    def stop(self) -> int:
        """End it as Docker does, and return how it ended. TimeoutExpired where Docker would kill it."""
        os.kill(self.number, signal.SIGTERM)
        return self.process.wait(self.service.grace)

    def memory(self) -> int:
        """Return how many bytes it takes, of what it shares its part alone."""
        return sum(each.memory_full_info().pss for each in self._family())

    def tasks(self) -> int:
        return sum(each.num_threads() for each in self._family())

    def _family(self) -> list[psutil.Process]:
        first = psutil.Process(self.number)
        return [first, *first.children(recursive=True)]


@contextmanager
def containers(folder: Path, **said: Any) -> Iterator[Containers]:
    """Have them, with the image built; afterwards nothing of theirs runs."""
    if os.geteuid() or not shutil.which("bwrap"):
        pytest.fail("Containers are made by bubblewrap (Debian: apt install bubblewrap), and by root.")
    if refused := _refused():
        pytest.skip(f"This machine makes no containers, in a container itself perhaps: {refused}")
    made = Containers(folder, **said)
    try:
        made.build()
        made.open()
        yield made
    finally:
        made.close()


def _refused() -> str:
    """Return why bubblewrap cannot do here what it is asked for, and nothing where it can."""
    asked = ("--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--unshare-all", "true")
    tried = subprocess.run(["bwrap", *asked], capture_output=True, text=True, check=False)
    return tried.stderr.strip() or f"it ended with {tried.returncode}" if tried.returncode else ""


def _wrapped(inside: list[str], *, before: list[str] | None = None, **options: Any) -> tuple[Any, int]:
    """Start something in bubblewrap, and return its process and the number of the first process inside."""
    ours, theirs = os.pipe()
    command = [*(before or []), "bwrap", "--die-with-parent", "--info-fd", str(theirs), *inside]
    process = subprocess.Popen(command, pass_fds=[theirs], stdin=subprocess.DEVNULL, **options)
    os.close(theirs)
    with os.fdopen(ours) as told:
        return process, int(json.loads(told.read())["child-pid"])


def _as(uid: int) -> list[str]:
    """Be an account without any right of its own, for good."""
    return ["/usr/bin/setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--bounding-set=-all"]


def _ours() -> list[str]:
    """Where this Python and its packages are, if not in /usr: the packages' commands name the place."""
    found = {os.path.realpath(prefix) for prefix in (sys.base_prefix, sys.prefix)}
    return sorted(path for path in found if not path.startswith("/usr"))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()
