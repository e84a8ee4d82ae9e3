"""An authority outside says when the last seal was there (RFC 3161); here it is openssl behind a server of the test."""

import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from django.core.management import call_command
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from contacts.models import AuditEvent, AuditSeal, AuditStamp, PolicyVersion
from privacy_crm.preflight import outside
from privacy_crm.preflight.results import State
from privacy_crm.staff.system import guarded
from retention.audit import seals, stamps, verifying
from retention.audit.verifying import Kept
from tests.support.factories import NOON, ONE_DAY, stockholm

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L20")]

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {at}/serial
signer_cert = {at}/cert.pem
certs = {at}/cert.pem
signer_key = {at}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
[req]
distinguished_name = name
[name]
"""


class Authority:
    """Answers each question as openssl does; `replays` has it give its first answer again."""

    def __init__(self, at: Path) -> None:
        self.at, self.replays, self.first = at, False, b""
        (at / "serial").write_text("01\n")
        (at / "tsa.cnf").write_text(CONFIG.format(at=at))
        self._run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2",
            "-subj", "/CN=Authority", "-config", "tsa.cnf", "-addext", "extendedKeyUsage=critical,timeStamping",
            "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature",
        )  # fmt: skip

    def answer(self, question: bytes) -> bytes:
        (self.at / "question").write_bytes(question)
        self._run("ts", "-reply", "-queryfile", "question", "-out", "answer", "-config", "tsa.cnf", "-section", "here")
        made = (self.at / "answer").read_bytes()
        self.first = self.first or made
        return self.first if self.replays else made

    def _run(self, *args: str) -> None:
        subprocess.run(["openssl", *args], cwd=self.at, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path: Path, settings: Any) -> Iterator[Authority]:
    authority = Authority(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.TIMESTAMP_URL = f"http://127.0.0.1:{server.server_port}/"
    yield authority
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def sealed(policy: PolicyVersion) -> None:
    AuditEvent.objects.create(at=NOON, by="user:1", code="contact.viewed")
    seals.seal(policy=policy, at=NOON)


def faults() -> list[str]:
    return list(verifying.faults(Kept(), whole_from=stockholm(1900, 1, 1), at=NOON))


def test_the_last_seal_is_stamped_once_and_whoever_trusts_the_authority_can_tell(
    policy: PolicyVersion, authority: Authority
) -> None:
    assert stamps.stamp(at=NOON)
    assert not stamps.stamp(at=NOON)
    stamp, last = AuditStamp.objects.get(), AuditSeal.objects.last()
    assert last == stamp.seal
    root = x509.load_pem_x509_certificate((authority.at / "cert.pem").read_bytes())
    verifier = VerifierBuilder().add_root_certificate(root).build()
    assert verifier.verify_message(decode_timestamp_response(bytes(stamp.answer)), stamp.seal.chain.encode())
    assert faults() == []


def test_a_seal_that_was_made_anew_is_not_the_one_that_was_stamped(policy: PolicyVersion, authority: Authority) -> None:
    stamps.stamp(at=NOON)
    stamp = AuditStamp.objects.get()
    answer = bytes(stamp.answer)
    stamp.delete()
    number = AuditSeal.objects.count()
    AuditSeal.objects.all().delete()
    seals.seal(policy=policy, at=NOON + ONE_DAY)
    AuditStamp.objects.create(seal=AuditSeal.objects.get(number=number), at=NOON, answer=answer)
    assert faults()[0].startswith(f"Seal {number} is not the one that was stamped")


def trust(settings: Any, *certificates: Path) -> None:
    settings.TIMESTAMP_ROOTS = "".join(path.read_text() for path in certificates)


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """The certificate of another authority."""
    (tmp_path / "other").mkdir()
    return Authority(tmp_path / "other").at / "cert.pem"


def test_who_is_trusted_stamps_and_the_signature_is_checked_again_each_time(
    authority: Authority, stranger: Path, settings: Any
) -> None:
    trust(settings, stranger, authority.at / "cert.pem")
    assert stamps.stamp(at=NOON)
    assert faults() == []
    trust(settings, stranger)
    number = AuditStamp.objects.get().seal.number
    assert faults() == [f"The time stamp of seal {number} is signed by nobody who is trusted (TIMESTAMP_ROOTS)."]


def test_a_stamp_of_somebody_who_is_not_trusted_is_not_kept(
    authority: Authority, stranger: Path, settings: Any
) -> None:
    trust(settings, stranger)
    assert not stamps.stamp(at=NOON)
    assert not AuditStamp.objects.exists()
    settings.TIMESTAMP_ROOTS = "no certificate"
    assert not stamps.stamp(at=NOON)


def test_a_signature_that_was_changed_is_named(authority: Authority, settings: Any) -> None:
    trust(settings, authority.at / "cert.pem")
    stamps.stamp(at=NOON)
    stamp = AuditStamp.objects.get()
    answer = bytearray(stamp.answer)
    answer[-1] ^= 1  # in the signature, which comes last
    stamp.delete()
    AuditStamp.objects.create(seal=stamp.seal, at=NOON, answer=bytes(answer))
    assert len(faults()) == 1


@pytest.mark.parametrize(
    ("trusted", "said"), [(True, "signatures checked."), (False, "signatures not checked, since TIMESTAMP_ROOTS is")]
)
def test_the_command_says_whether_signatures_were_checked(
    authority: Authority, settings: Any, capsys: Any, trusted: bool, said: str
) -> None:
    stamps.stamp(at=NOON)
    if trusted:
        trust(settings, authority.at / "cert.pem")
    call_command("verify_audit")
    assert f"Time stamps: 1; {said}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("roots", "state", "page"),
    [
        ("", State.UNKNOWN, "Their signatures are not checked"),
        ("no certificate", State.WRONG, "None is taken"),
        ("theirs", State.OK, "Each is checked against 1 certificate that is trusted."),
    ],
)
def test_preflight_and_the_page_system_say_whether_they_are(
    authority: Authority, settings: Any, roots: str, state: State, page: str
) -> None:
    settings.TIMESTAMP_ROOTS = (authority.at / "cert.pem").read_text() if roots == "theirs" else roots
    assert [result.state for result in outside.stamps_checked()] == [state]
    assert page in guarded.guarded().lines[0].says
    settings.TIMESTAMP_URL = ""
    assert list(outside.stamps_checked()) == []


def test_an_answer_to_another_question_is_not_kept(policy: PolicyVersion, authority: Authority) -> None:
    authority.replays = True
    assert stamps.stamp(at=NOON)
    AuditStamp.objects.all().delete()
    assert not stamps.stamp(at=NOON)
    assert not AuditStamp.objects.exists()


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1/"])
def test_without_an_authority_that_answers_nothing_is_kept(settings: Any, url: str) -> None:
    settings.TIMESTAMP_URL = url
    assert not stamps.stamp(at=NOON)
    assert not AuditStamp.objects.exists()
