"""`manage.py preflight`: what it finds, and what it says of it, against a name server and a mail server of our own."""

import datetime as dt
import itertools
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dns.resolver
import pytest
import trustme
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import OperationalError, connection

from contacts.models import PolicyVersion
from privacy_crm import settings as ours
from privacy_crm.backups import places
from privacy_crm.mail import mailer
from privacy_crm.preflight import backups, database, mail, outside, servers, site
from privacy_crm.preflight.results import Result, State, tried
from tests.support.application import as_application
from tests.support.factories import ContactFactory
from tests.support.mail_sink import Sink
from tests.support.name_server import NameServer
from tests.support.rotating import set_keys
from tests.support.sharing import Server

DOMAIN = "crm.example"
FROM = f"Fjordkraft <news@{DOMAIN}>"
KEY = "v=DKIM1; k=rsa; p=" + "MIIB" * 90  # longer than one part of a record may be
DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def names() -> NameServer:
    """As a domain should be."""
    server = NameServer()
    server.says(DOMAIN, "TXT", "v=spf1 include:mail.example -all", "something else")
    server.says(DOMAIN, "A", "127.0.0.1")
    server.says(f"one._domainkey.{DOMAIN}", "TXT", KEY)
    server.says(f"_dmarc.{DOMAIN}", "TXT", "v=DMARC1; p=quarantine; rua=mailto:dmarc@crm.example")
    return server


def states(results: Iterator[Result]) -> dict[str, State]:
    return {result.name: result.state for result in results}


def of_sender(names: NameServer, selectors: tuple[str, ...] = ("one",), sender: str = FROM) -> dict[str, Result]:
    with names.open() as resolver:
        return {result.name: result for result in mail.sender(sender, selectors, resolver)}


def test_a_domain_that_says_who_sends_for_it_is_believed(names: NameServer) -> None:
    found = of_sender(names)
    assert {result.state for result in found.values()} == {State.OK}
    assert "p=quarantine" in found["DMARC"].said


@pytest.mark.parametrize(
    ("what", "name", "records"),
    [
        ("SPF", DOMAIN, ["something else"]),
        ("SPF", DOMAIN, ["v=spf10 -all"]),
        ("SPF", DOMAIN, ["v=spf1 -all", "v=spf1 include:mail.example -all"]),
        ("SPF", DOMAIN, ["v=spf1 +all"]),
        ("SPF", DOMAIN, ["v=spf1 all"]),
        ("DKIM", f"one._domainkey.{DOMAIN}", ["v=DKIM1; p="]),
        ("DKIM", f"one._domainkey.{DOMAIN}", []),
        ("DMARC", f"_dmarc.{DOMAIN}", []),
        ("DMARC", f"_dmarc.{DOMAIN}", ["v=DMARC1; p=none", "v=DMARC1; p=reject"]),
    ],
)
def test_what_receivers_would_not_believe_is_said_with_what_to_do(
    names: NameServer, what: str, name: str, records: list[str]
) -> None:
    names.records.pop((name, "TXT"))
    if records:
        names.says(name, "TXT", *records)
    found = of_sender(names)
    assert found[what].state == State.WRONG
    assert found[what].remedy
    assert {result.state for other, result in found.items() if other != what} == {State.OK}


def test_the_policy_of_the_domain_above_counts_and_none_of_a_whole_top_level(names: NameServer) -> None:
    found = of_sender(names, sender="a@news.crm.example")["DMARC"]
    assert (found.state, found.said) == (State.OK, f"p=quarantine by _dmarc.{DOMAIN}")
    names.says("_dmarc.example", "TXT", "v=DMARC1; p=reject")
    del names.records[f"_dmarc.{DOMAIN}", "TXT"]
    assert of_sender(names)["DMARC"].state == State.WRONG


def test_without_selectors_dkim_is_not_known_which_is_no_failure(names: NameServer) -> None:
    assert of_sender(names, selectors=())["DKIM"].state == State.UNKNOWN


def test_a_name_server_that_fails_is_not_taken_for_a_record_that_is_missing(names: NameServer) -> None:
    names.refuses.add(DOMAIN)
    found = of_sender(names)["SPF"]
    assert found.state == State.WRONG
    assert "did not answer" in found.said


@pytest.mark.promise("L11")
@pytest.mark.parametrize(
    ("days", "state"),
    [((0, 29), State.OK), ((0, 32), State.WRONG), ((3,), State.WRONG), ((), State.UNKNOWN)],
)
def test_backups_are_as_old_as_people_were_told_and_none_before_the_site_opens_is_no_failure(
    settings: Any, tmp_path: Path, days: tuple[int, ...], state: State
) -> None:
    settings.BACKUP_URL, settings.BACKUP_DAYS = "", 30
    at = now()
    for each in days:
        (tmp_path / places.name_of(at - each * DAY)).touch()
    assert states(backups.look(at)) == {"Backups": State.UNKNOWN}
    settings.BACKUP_URL = str(tmp_path)
    assert states(backups.look(at)) == {"Backups": state}


def test_a_sender_of_no_domain_is_told(names: NameServer) -> None:
    assert of_sender(names, sender="crm@localhost")["Sender"].state == State.WRONG


def test_a_mail_is_really_sent_and_a_refusal_says_its_code_and_no_address(settings: Any) -> None:
    sink = Sink()
    settings.MAILERS = {"default": mailer(sink.url, Path("/nowhere"))}
    sink.answers["no@fjordkraft.example"] = "550 5.7.1 Relaying denied"
    with sink.open():
        assert states(mail.send("yes@fjordkraft.example")) == {"Mail": State.OK}
        (refused,) = mail.send("no@fjordkraft.example")
    assert sink.recipients == ["yes@fjordkraft.example"]
    assert refused.state == State.WRONG
    assert "fjordkraft" not in refused.said
    assert states(mail.send("yes@fjordkraft.example")) == {"Mail": State.WRONG}  # the server is away


type Certified = tuple[str, ssl.SSLContext]


@pytest.fixture
def certified(tmp_path: Path) -> Certified:
    """A file of whom to trust, and what the server of crm.example shows for twenty days."""
    authority, trust = trustme.CA(), str(tmp_path / "trust.pem")
    authority.cert_pem.write_to_path(trust)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(DOMAIN, not_after=now() + 20 * DAY).configure_cert(context)
    return trust, context


@pytest.mark.parametrize(
    ("days", "name", "state"),
    [(0, DOMAIN, State.OK), (7, DOMAIN, State.WRONG), (0, "other.example", State.WRONG)],
)
def test_the_sites_certificate_is_looked_at(
    names: NameServer, certified: Certified, days: int, name: str, state: State
) -> None:
    trust, context = certified
    names.says(name, "A", "127.0.0.1")
    with names.open() as resolver, Server().open(context=context) as port:
        found = states(site.look(urlsplit(f"https://{name}:{port}"), resolver, now() + days * DAY, trust=trust))
    assert found == {"Site's name": State.OK, "TLS": state}


def test_a_site_that_nobody_finds_is_told_and_not_called(names: NameServer) -> None:
    with names.open() as resolver:
        assert states(site.look(urlsplit("https://no.example"), resolver, now())) == {"Site's name": State.WRONG}


def test_the_database_is_looked_through(policy: PolicyVersion) -> None:
    with as_application():
        found = states(database.look(now))
    assert set(found) == {"PostgreSQL", "Rights", "Owner", "Migrations", "Clock", "Keys", "Roles", "Policy"}
    assert set(found.values()) == {State.OK}


def test_one_role_that_owns_the_tables_and_works_with_them_is_no_failure_and_told(policy: PolicyVersion) -> None:
    found = {result.name: result for result in database.look(now)}
    assert found.pop("Owner").state == State.UNKNOWN
    assert {result.state for result in found.values()} == {State.OK}


def test_tables_that_the_application_may_not_read_are_told(policy: PolicyVersion) -> None:
    with connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON contacts_basis FROM crm_app")
    with as_application():
        found = {result.name: result for result in itertools.islice(database.look(now), 3)}
    assert (found["Rights"].state, found["Rights"].said) == (State.WRONG, "1 tables cannot be read or written")
    assert "migrate" in found["Rights"].remedy


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("Policy", lambda _settings: PolicyVersion.objects.none()),
        ("Roles", lambda _settings: Group.objects.filter(name="auditor").delete()),
        ("Keys", lambda settings: set_keys(settings, "another")),
    ],
)
def test_what_was_not_set_up_is_told(db: None, settings: Any, name: str, spoil: Callable[[Any], Any]) -> None:
    ContactFactory.create()
    spoil(settings)
    assert states(database.look(now))[name] == State.WRONG


@pytest.mark.parametrize("apart", [2, -2])
def test_clocks_that_differ_by_minutes_are_told(policy: PolicyVersion, apart: int) -> None:
    found = states(database.look(lambda: now() + apart * dt.timedelta(minutes=1)))
    assert found["Clock"] == State.WRONG


def test_broker_cache_and_storage_are_written_and_read(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    for attempt in (servers.broker, servers.remembered, servers.storage):
        assert set(states(attempt()).values()) == {State.OK}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_the_journal_is_written_and_read_and_nothing_stays(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = Path("/proc")  # another disk than the test's
    settings.JOURNAL_URL = tmp_path.as_uri()
    assert states(outside.journal()) == {"Journal": State.OK}
    assert list(tmp_path.iterdir()) == []


def test_the_keys_of_evidence_have_a_place_that_is_tried(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_KEYS_URL = tmp_path.as_uri()
    assert states(outside.evidence_keys()) == {"Keys of evidence": State.OK}
    assert list(tmp_path.iterdir()) == []
    settings.EVIDENCE_KEYS_URL = "file:///proc/keys"
    assert states(outside.evidence_keys()) == {"Keys of evidence": State.WRONG}


@pytest.mark.django_db
@pytest.mark.promise("L11")
def test_a_journal_that_takes_nothing_is_told(settings: Any) -> None:
    settings.JOURNAL_URL = "file:///proc/journal"
    (found,) = outside.journal()
    assert found.state == State.WRONG


@pytest.mark.django_db
@pytest.mark.promise("L11")
def test_a_journal_that_would_go_with_what_it_is_kept_for_is_told(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.JOURNAL_URL = tmp_path.as_uri()
    (found,) = outside.journal()
    assert (found.state, "same disk" in found.said) == (State.UNKNOWN, True)
    settings.VAR_DIR, settings.JOURNAL_URL = tmp_path, (tmp_path / "journal").as_uri()
    (found,) = outside.journal()
    assert (found.state, "JOURNAL_URL is not set" in found.said) == (State.UNKNOWN, True)


def test_the_place_of_backups_is_written_to_and_nothing_stays(settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_URL = str(tmp_path)
    assert states(backups.place()) == {"Place of backups": State.OK}
    assert list(tmp_path.iterdir()) == []
    settings.BACKUP_URL = "/proc/backups"
    assert states(tried("Place of backups", "Look.", backups.place)) == {"Place of backups": State.WRONG}
    settings.BACKUP_URL = ""
    assert states(backups.place()) == {}


def test_the_watcher_is_reached_and_never_called(settings: Any) -> None:
    """A call would say that a night has finished."""
    with socket.create_server(("127.0.0.1", 0)) as heard:
        settings.HEARTBEAT_URL = f"http://127.0.0.1:{heard.getsockname()[1]}/ping"
        assert states(outside.watcher()) == {"Watcher": State.OK}
        line, _ = heard.accept()
        with line:
            assert line.recv(100) == b""
    with Server().open() as port:
        settings.HEARTBEAT_URL = f"https://127.0.0.1:{port}/ping"
        assert states(outside.watcher()) == {"Watcher": State.WRONG}
    for url, state in (("http://127.0.0.1:1/", State.WRONG), ("ftp://a.example", State.WRONG), ("", State.UNKNOWN)):
        settings.HEARTBEAT_URL = url
        assert states(outside.watcher()) == {"Watcher": state}


def test_what_fails_is_a_line_as_well_and_what_came_before_it_stays() -> None:
    def attempt() -> Iterator[Result]:
        yield Result("Database", State.OK, "18.4")
        raise OperationalError("the password of anna@fjordkraft.example is wrong")

    first, second = tried("Database", "Look.", attempt)
    assert (first.state, second.state) == (State.OK, State.WRONG)
    assert "anna" not in second.said


@pytest.fixture
def ready(
    names: NameServer, certified: Certified, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sink]:
    """All that the command tries, as it should be."""
    trust, context = certified
    sink = Sink()
    monkeypatch.setenv("SSL_CERT_FILE", trust)
    with names.open() as resolver, Server().open(context=context) as port, sink.open(), Server().open() as watched:
        monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
        settings.MAILERS = {"default": mailer(sink.url, tmp_path)}
        settings.SITE_URL, settings.ALLOWED_HOSTS = f"https://{DOMAIN}:{port}", [DOMAIN]
        settings.SECRET_KEY, settings.SUPPRESSION_KEY_IS_DERIVED = "kX3_p" * 13, False
        settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
        settings.WEBHOOKS_MAY_BE_LOCAL = False
        settings.SECOND_FACTOR, settings.MEDIA_ROOT = True, tmp_path / "media"
        settings.BACKUP_URL, settings.JOURNAL_URL = str(tmp_path / "backups"), (tmp_path / "journal").as_uri()
        settings.HEARTBEAT_URL = f"http://127.0.0.1:{watched}/"
        settings.DEFAULT_FROM_EMAIL, settings.DKIM_SELECTORS = FROM, ["one"]
        for name in ours.NUMBERS:  # some of which tests set as no site would
            setattr(settings, name, getattr(ours, name))
        yield sink


def test_the_command_prints_a_table_and_ends_well_where_all_is_well(
    policy: PolicyVersion, ready: Sink, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BACKUP_URL = str(tmp_path)
    (tmp_path / places.name_of(now())).touch()
    with as_application():
        call_command("preflight", mail="anna@fjordkraft.example")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 12
    not_ok = [line for line in lines if not line.startswith(("ok", " "))]
    assert [line.split()[:2] for line in not_ok] == [["?", "Journal"]]  # on one disk with the media, as a test has them
    assert ready.recipients == ["anna@fjordkraft.example"]


def test_it_ends_with_1_where_something_is_wrong_and_says_what_to_do(
    policy: PolicyVersion, ready: Sink, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DEFAULT_FROM_EMAIL = "crm@localhost"
    with pytest.raises(SystemExit) as ended:
        call_command("preflight")
    assert ended.value.code == 1
    assert "WRONG Sender" in (out := capsys.readouterr().out)
    assert "→ Set an address at your domain." in out
    with pytest.raises(SystemExit):
        call_command("preflight", as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert {each["name"] for each in told if each["state"] == "wrong"} == {"Sender"}
    assert ready.recipients == []
