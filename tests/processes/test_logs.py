"""Logs of real processes: each line is JSON and says to what it belongs, and nobody of whom they tell is in any.

One person, with a mark in all their details, goes through the product and meets its errors.
"""

from __future__ import annotations

import csv
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlencode

import pytest
import requests

from tests.support.embedded_users import eventually
from tests.support.forked import Process
from tests.support.import_files import HEADERS
from tests.support.mail_sink import Sink, kept_port, part
from tests.support.processes import PATIENCE, Site

pytestmark = [pytest.mark.promise("P17"), pytest.mark.timeout(600)]

MARK = "zyxmark"
ADDRESS, OTHER = f"{MARK}@fjordkraft.example", f"other.{MARK}@havglimt.example"
NAMES = {"first_name": "Zyxmark", "last_name": "Zyxmarksson", "company": "Zyxmark AB"}
SIGN_UP = {"policy_version": 1, "language": "en", "email": ADDRESS, "scenario": "customer", **NAMES}

BEGIN = """
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from contacts.signups import keys
user = User.objects.create_user("zyxmark", is_staff=True, is_superuser=True)
session = SessionStore()
backend = "allauth.account.auth_backends.AuthenticationBackend"
session.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: backend})
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(keys.issue("website", at=timezone.now(), by="user:1")[1], session.session_key)
"""
ASK = f"""
from django.utils import timezone
from contacts.models import PolicyVersion
from dsr.intake import intake
from dsr.intake.intake import Asked, Stranger
from dsr.letters import proof
from dsr.words.vocabulary import Kind
asked, who, at = Asked(Kind.ACCESS, "I am Zyxmark"), Stranger("{ADDRESS}", "en"), timezone.now()
policy = PolicyVersion.objects.in_force()
intake.post(asked, who, lambda made: proof.letter(made, policy=policy), policy=policy, at=at, by="visitor")
"""
MAIL = """
from django.utils import timezone
from contacts.mailings import drafts, schedule
from contacts.models import ChannelPermission, Contact, PolicyVersion
from contacts.words.vocabulary import MailingKind
at, policy = timezone.now(), PolicyVersion.objects.in_force()
for each in Contact.objects.all():
    ChannelPermission.objects.get_or_create(contact=each, channel="email", state="consented", given_on=at.date())
both = {"en": "Zyxmark news", "sv": "Zyxmark news"}
mailing = drafts.draft(drafts.Draft("News", MailingKind.MARKETING, both, both, 100), at=at, by="user:1")
schedule.schedule(mailing, at, policy=policy, at=at, by="user:1")
"""
SEND, RUN = "contacts.tasks.send_messages", "privacy_crm.tasks.run_mailings"


class Service:
    """A process that runs on, and what it writes: read as it comes, or it would stand still."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=[stream]) for stream in (process.stdout, process.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self.lines.append(line)

    def end(self) -> list[dict[str, Any]]:
        """End it, and return its lines, each of which is JSON."""
        self.stop()
        return [json.loads(line) for line in self.lines]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join()


class Product:
    """Web and worker of a site, and what its commands have said."""

    def __init__(self, site: Site, port: int, sink: Sink) -> None:
        self.site, self.port, self.sink = site, port, sink
        self.said: list[str] = []
        self.web = Service(site.start("manage.py", "serve", "--listen", f"127.0.0.1:{port}"))
        alone = ("-P", "prefork", "-c", "1", "-l", "INFO", "--without-gossip", "--without-mingle")
        self.worker = Service(site.start("-m", "celery", "--quiet", "-A", "privacy_crm", "worker", *alone))

    def stop(self) -> None:
        for service in (self.web, self.worker):
            service.stop()
        self.site.started.clear()

    def command(self, *arguments: str) -> str:
        process = self.site.start("manage.py", *arguments)
        out, error = process.communicate(timeout=PATIENCE)
        self.said += [out, error]
        return out

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> int:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        url, method = f"http://127.0.0.1:{self.port}{path}", "POST" if body else "GET"
        return requests.request(method, url, data=body, headers=named, timeout=PATIENCE).status_code

    def post(self, path: str, **typed: str) -> int:
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        return self.ask(path, urlencode(typed).encode(), **form)

    def follow(self, sink: Sink, beginning: str, **typed: str) -> None:
        """Open the link of a mail once it is there, and click below."""
        eventually(lambda: bool(link(sink, beginning)), within=PATIENCE)
        path = link(sink, beginning)
        assert self.ask(path) == 200
        assert self.post(path, lang="en", **typed) == 200

    @contextmanager
    def refusing(self, table: str, condition: str) -> Iterator[None]:
        """Have the database refuse rows meanwhile: it quotes each."""
        self.site.rows(f"ALTER TABLE {table} ADD CONSTRAINT refused CHECK ({condition}) NOT VALID")
        try:
            yield
        finally:
            self.site.rows(f"ALTER TABLE {table} DROP CONSTRAINT refused")


def link(sink: Sink, beginning: str) -> str:
    """The path of the last link to the person that begins so."""
    texts = [part(mail, "text/plain") for mail in sink.mails if ADDRESS in str(mail["To"])]
    found = [path for text in texts for path in re.findall(rf"https?://[^/\s]+({beginning}[^\s?]+)", text)]
    return found[-1] if found else ""


@pytest.fixture
def product(installed: Site) -> Iterator[Product]:
    installed.environment |= {"LOG_JSON": "on"}
    with ExitStack() as until_the_end:
        sink = installed.mail_server()
        until_the_end.enter_context(sink.open())
        port = until_the_end.enter_context(kept_port()).getsockname()[1]
        made = Product(installed, port, sink)
        until_the_end.callback(made.stop)
        eventually(lambda: answers(made), within=PATIENCE)
        yield made


def answers(product: Product) -> bool:
    try:
        return product.ask("/privacy/") == 200
    except requests.ConnectionError:
        return False


def test_nobody_is_in_any_log_and_each_line_says_to_what_it_belongs(product: Product, tmp_path: Path) -> None:
    key, session = product.command("shell", "-v", "0", "-c", BEGIN).split()
    sign_up(product, key)
    bring_in(product, tmp_path)
    ask(product)
    be_mailed(product)
    ask_for_what_is_not_there(product, session)
    assert product.command("erase", ADDRESS, "--ground", "not_needed")
    worker, web = product.worker.end(), product.web.end()
    no_mark(product, tmp_path)
    assert {"IntegrityError"} <= {line.get("error") for line in web} & {line.get("error") for line in worker}
    assert any(line["event"] == "mail.failed" for line in worker)
    asked = [line for line in web if line["logger"] == "access"]
    assert len({line["request_id"] for line in asked}) == len(asked) > 10
    assert [line["user_id"] for line in asked if line["route"].startswith("admin/")]
    assert all(line["request_id"] for line in web if "error" in line)
    of_tasks = [line for line in worker if line["logger"].startswith(("contacts", "celery.app.trace"))]
    assert len({line["task_id"] for line in of_tasks}) > 1


def no_mark(product: Product, tmp_path: Path) -> None:
    for line in (*product.web.lines, *product.worker.lines, *product.said):
        assert MARK not in line.lower(), line
    logs = [path for path in product.site.var.rglob("*.log*") if "mail" not in path.parts]
    assert logs
    assert [path for path in logs if MARK.encode() in path.read_bytes().lower()] == []


def sign_up(product: Product, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Content_Type": "application/json"}
    body = json.dumps(SIGN_UP).encode()
    with product.refusing("contacts_signup", "email = ''"):
        assert product.ask("/api/v1/registrations", body, **headers) == 500
    assert product.ask("/api/v1/registrations", body, **headers) == 202
    product.follow(product.sink, "/confirm/")


def bring_in(product: Product, tmp_path: Path) -> None:
    """Import somebody, beside a row that is refused, and one that the database refuses."""
    rows = [
        {"email": OTHER, "scenario": "prospect", "collected_on": "2026-11-01", "source_kind": "person", **NAMES},
        {"email": f"{MARK}@nowhere", "scenario": "prospect", "collected_on": f"{MARK}-01-01"},
    ]
    with (tmp_path / "contacts.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, HEADERS["contacts"].split(), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    command = ("import_crm", str(tmp_path), "--rejects", str(tmp_path / "rejects"))
    with product.refusing("contacts_contact", f"email <> '{OTHER}'"):
        product.command(*command)
    assert product.site.people() == 1
    product.command(*command)
    assert product.site.people() == 2


def ask(product: Product) -> None:
    """Ask for a copy, while the worker fails at a letter first."""
    with product.refusing("contacts_message", "claimed_until IS NULL"):
        product.command("shell", "-v", "0", "-c", ASK)
        product.site.enqueue(SEND)
        eventually(lambda: any("IntegrityError" in line for line in product.worker.lines), within=PATIENCE)
    product.site.enqueue(SEND)
    product.follow(product.sink, "/my-data/", do="look")


def be_mailed(product: Product) -> None:
    product.sink.answers[OTHER] = f"550 5.1.1 <{OTHER}>: Zyxmark Zyxmarksson is no user here"
    product.command("shell", "-v", "0", "-c", MAIL)
    product.site.enqueue(RUN)
    eventually(lambda: product.site.number(REFUSED) == 1, within=PATIENCE)


REFUSED = "SELECT count(*) FROM contacts_message WHERE mailing_id IS NOT NULL AND reply <> ''"


def ask_for_what_is_not_there(product: Product, session: str) -> None:
    assert product.ask(f"/{MARK}/") == 404
    assert product.ask(f"/events/{MARK}/?q={MARK}") == 404
    assert product.ask("/privacy/", Host=f"{MARK}.example") == 400
    assert product.post("/account/log-in/", login=MARK, password=MARK) == 403
    assert product.ask(f"/admin/contacts/contact/?q={MARK}", Cookie=f"sessionid={session}") == 200
    with socket.create_connection(("127.0.0.1", product.port)) as raw:
        raw.sendall(f"GET /{MARK} {MARK}\r\n\r\n".encode())
        assert b"400" in raw.recv(2000)
