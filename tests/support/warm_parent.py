"""A process that has imported what the product imports, and forks it: `python -m tests.support.warm_parent DESCRIPTOR`.

Nearly all of what a start costs is imports. Otherwise, what is forked here is a process of the product as any other: it
has a session, an environment, standard streams and an end of its own.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, NoReturn

# What takes longest and needs no settings.
LIBRARIES = (
    "allauth.account.app_settings",
    "altcha",
    "anymail.backends.base",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.prefork",
    "celery.fixups.django",
    "confusable_homoglyphs.confusables",
    "corsheaders.middleware",
    "django.contrib.postgres.fields",
    "django.core.management.commands.shell",
    "django.test",
    "django.views.generic",
    "fido2.server",
    "holidays",
    "icalendar",
    "kombu.transport.redis",
    "limits.storage",
    "limits.strategies",
    "openpyxl",
    "psycopg2.extras",
    "pydantic.main",
    "sqlparse",
    "standardwebhooks",
    "typst",
    "waitress.server",
    "whitenoise.middleware",
    "xlsxwriter",
)

NUMBER = struct.Struct("i")

type Run = Callable[[], object]


def main() -> None:
    for library in LIBRARIES:
        import_module(library)
    end_after(serve(socket.socket(fileno=int(sys.argv[1]))))


def end_after(run: Run) -> NoReturn:
    """End as Python does, save that memory is not taken apart: a fork would first have to copy all that it shares."""
    code = exit_code(run)
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def exit_code(run: Run) -> int:
    try:
        run()
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return ended.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def serve(control: socket.socket) -> Run:
    """Fork what is asked for until nobody is left who could ask. Returns in the forks too, with what each has to do."""
    gc.collect()
    gc.freeze()  # or a fork would copy all of this memory as soon as it looks for garbage
    while True:
        request, descriptors = receive(control)
        if not request:
            return sys.exit
        if not os.fork():
            control.close()
            return DOES[request.pop("do")](descriptors, **request)
        for descriptor in descriptors:
            os.close(descriptor)
        reap()


def receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """A line of JSON and the descriptors that come with it; nothing once the other side is closed."""
    line, descriptors, _flags, _address = socket.recv_fds(control, 2**16, 4)
    while line and not line.endswith(b"\n"):
        line += control.recv(2**16)
    return json.loads(line or b"{}"), descriptors


def reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def warm(descriptors: list[int], environment: dict[str, str]) -> Run:
    """Be the parent of the processes that have this environment: settings, models and addresses are loaded."""
    enter(environment)
    import django
    from django.conf import settings

    django.setup()
    import_module(settings.ROOT_URLCONF)
    return serve(socket.socket(fileno=descriptors[0]))


def enter(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def start(descriptors: list[int], arguments: list[str], environment: dict[str, str] | None) -> Run:
    """Be a process of the product, or the one that stays behind to tell its number, and how it has ended."""
    report = socket.socket(fileno=descriptors.pop(0))
    process = os.fork()
    if process:
        tell_of(process, report, (0, 1, 2, *descriptors))
    report.close()
    os.setsid()
    for stream, descriptor in enumerate(descriptors):
        os.dup2(descriptor, stream)
        os.close(descriptor)
    if environment is not None:
        enter(environment)
    return as_main(*arguments)


def tell_of(process: int, report: socket.socket, not_ours: tuple[int, ...]) -> NoReturn:
    for descriptor in not_ours:
        os.close(descriptor)
    report.sendall(NUMBER.pack(process))
    _process, status = os.waitpid(process, 0)
    report.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
    os._exit(0)


def as_main(first: str, *others: str) -> Run:
    """What the interpreter would do that is given these arguments."""
    if first == "-m":
        module, *arguments = others
        sys.argv = [module, *arguments]
        return partial(runpy.run_module, module, run_name="__main__", alter_sys=True)
    if first == "-c":
        code, *arguments = others
        sys.argv = ["-c", *arguments]
        return partial(exec, code, {"__name__": "__main__"})
    sys.argv = [first, *others]
    return partial(runpy.run_path, first, run_name="__main__")


DOES: dict[str, Callable[..., Run]] = {"warm": warm, "start": start}

if __name__ == "__main__":
    main()
