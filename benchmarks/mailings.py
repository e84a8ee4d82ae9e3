"""Mailings: mails a second, each asked about and counted, beside a bare loop over one SMTP connection."""

import smtplib
import statistics
from multiprocessing import get_context
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from benchmarks import load, mail_server
from benchmarks.mail_server import Server
from benchmarks.measure import seconds
from contacts.delivery import letters
from contacts.delivery import sending as delivery
from contacts.mailings import drafts, schedule, sending
from contacts.models import Contact, Mailing, Message, PolicyVersion, Topic
from contacts.permission import country_rules
from contacts.words.vocabulary import MailingKind

OF_A_SLOW_SERVER = 0.02  # seconds a mail

_INTERESTS = """
    INSERT INTO contacts_interest (contact_id, topic_id, wanted, since)
    SELECT id, %(topic)s, TRUE, DATE '2026-06-01' FROM contacts_contact"""


def measured(number: int, policy: PolicyVersion, *, rounds: int) -> dict[str, float]:
    """Return mails a second of ours and of the bare loop, in turn, and how much faster two senders are than one."""
    topic = _prepare(number, policy)
    bare, ours = [], []
    with mail_server.serving() as server, _mailing_through(server):
        for _ in range(rounds):
            _owe(topic, number, policy)
            bare.append(number / seconds(lambda: _bare_loop(server, number, policy)))
            ours.append(number / seconds(lambda: _send(number)))
            _check(server, number)
    with mail_server.serving(OF_A_SLOW_SERVER) as server, _mailing_through(server):
        speeds = {senders: _slow(senders, topic, number // 4, policy) for senders in (1, 2)}
    return {
        "mailing_bare_per_s": statistics.median(bare),
        "mailing_per_s": statistics.median(ours),
        "mailing_ratio": statistics.median(mine / floor for mine, floor in zip(ours, bare, strict=True)),
        "mailing_one_sender_per_s": speeds[1],
        "mailing_two_senders_per_s": speeds[2],
        "mailing_two_senders": speeds[2] / speeds[1],
    }


def rows(r: dict[str, float]) -> list[tuple[str, str, str, str]]:
    """Return the lines of the report."""
    rate = "{:,.0f} a second".format
    return [
        ("a bare SMTP loop over one connection, to a server that answers at once", rate(r["mailing_bare_per_s"]),
         "1.00", ""),
        ("a mailing, permission asked again for each mail", rate(r["mailing_per_s"]), f"{r['mailing_ratio']:.3f}",
         "≥ 0.100"),
        ("one sender, to a server that takes 20 ms a mail", rate(r["mailing_one_sender_per_s"]), "1.00", ""),
        ("two senders", rate(r["mailing_two_senders_per_s"]), f"{r['mailing_two_senders']:.2f}", "≥ 1.70"),
    ]  # fmt: skip


def _prepare(number: int, policy: PolicyVersion) -> Topic:
    """Add so many people who consented to e-mail and are interested in a topic."""
    load.people(1, number, policy)
    country_rules.adopt(at=timezone.now(), by="benchmark")
    topic = Topic.objects.create(slug="mailing", name={"en": "Cloud"}, sentence={"en": "News about it."})
    with connection.cursor() as cursor:
        cursor.execute(_INTERESTS, {"topic": topic.pk})
    return topic


def _owe(topic: Topic, number: int, policy: PolicyVersion) -> None:
    """Owe a mailing's mail to so many people, and to nobody else."""
    at = timezone.now()
    Message.objects.all().delete()
    Mailing.objects.under_way().update(state="stopped", ended_at=at)
    texts = {language: f"What is new\n\n{'Much is new in the cloud. ' * 20}" for language, _ in settings.LANGUAGES}
    subject = {language: "What is new" for language, _ in settings.LANGUAGES}
    draft = drafts.Draft("Bench", MailingKind.MARKETING, subject, texts, rate=drafts.FASTEST, topics=[topic])
    mailing = drafts.draft(draft, at=at, by="benchmark")
    schedule.schedule(mailing, at, policy=policy, at=at, by="benchmark")
    people = Contact.objects.whole().order_by("pk")
    sending.start(mailing, people.filter(pk__lte=number), policy=policy, at=at)
    if sending.release(mailing, policy=policy, at=at) != number:
        raise AssertionError("not everybody may get the mailing")
    load.settle()


def _mailing_through(server: Server) -> Any:
    return override_settings(
        MAILERS={"default": {"BACKEND": "contacts.outbox.mail_smtp.EmailBackend", "OPTIONS": server.options}}
    )


def _bare_loop(server: Server, number: int, policy: PolicyVersion) -> None:
    """Hand the same mail over again and again: nothing is asked, written or noted."""
    message = Message.objects.select_related("contact", "mailing").filter(mailing__isnull=False).latest("pk")
    mail = letters.write(message, policy=policy, at=timezone.now())
    content = mail.message().as_bytes()
    with smtplib.SMTP("127.0.0.1", server.port) as connected:
        for _ in range(number):
            connected.sendmail("crm@bench.example", mail.to, content)


def _send(number: int) -> None:
    if delivery.send_due(at=timezone.now(), now=timezone.now, limit=number) != number:
        raise AssertionError("not all mails were sent")


def _check(server: Server, number: int) -> None:
    sent = Mailing.objects.under_way().get().sent
    if sent != number:
        raise AssertionError(f"{sent} of {number} mails are counted as sent")


def _slow(senders: int, topic: Topic, number: int, policy: PolicyVersion) -> float:
    """Return mails a second of so many senders in processes of their own."""
    _owe(topic, number, policy)
    connection.close()
    fork = get_context("fork")
    processes: list[Any] = [fork.Process(target=_send_from_here) for _ in range(senders)]
    took = seconds(lambda: _run(processes))
    if any(process.exitcode for process in processes):
        raise RuntimeError("a sender failed; its error stands above")
    if Mailing.objects.under_way().get().sent != number:
        raise AssertionError("not all mails were sent")
    return number / took


def _run(processes: list[Any]) -> None:
    for process in processes:
        process.start()
    for process in processes:
        process.join()


def _send_from_here() -> None:
    delivery.send_due(at=timezone.now(), now=timezone.now, limit=100_000)
