import sys
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from contacts.base import command_line
from contacts.words.addresses import MalformedAddressError
from dsr.checks import OF_REQUESTS
from dsr.decisions import certificates, erasing
from dsr.models import Certificate
from dsr.records.transitions import RequestError
from dsr.words.vocabulary import ErasureGround, Source

NOT_HELD = 1
REFUSED = 3
FOUND = 4

BY = "operator"


class Command(command_line.Command):
    help = (
        "Delete whoever is held under an address, on record as a request, tell them by mail, and print the certificate,"
        " which names nobody. Exit 0: deleted; 1: nobody such is held; 2: wrong use; 3: refused, and nothing was done;"
        " 4: deleted, but the search afterwards found something."
    )
    requires_system_checks = (OF_REQUESTS,)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--ground", required=True, choices=ErasureGround.values, help="why (Art. 17(1) GDPR)")
        parser.add_argument(
            "--source", choices=Source.values, default=Source.EMAIL.value, help="how they asked; default: by e-mail"
        )
        command_line.add_json(parser)

    def handle(self, *_args: Any, email: str, ground: str, source: str, as_json: bool, **_options: Any) -> None:
        policy = command_line.policy_in_force()
        try:
            certificate = erasing.erase_address(
                email, ErasureGround(ground), source=Source(source), policy=policy, at=timezone.now(), by=BY
            )
        except MalformedAddressError:
            command_line.refuse("EMAIL is no e-mail address. Write it as name@company.example.")
        except erasing.NobodyError as refusal:
            self._end(str(refusal), NOT_HELD)
        except RequestError as refusal:
            self._end(f"Nothing was deleted. {refusal}", REFUSED)
        self._tell(certificate, as_json=as_json)

    def _tell(self, certificate: Certificate, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(command_line.to_json(certificates.plain(certificate)))
        else:
            self.stdout.write(certificates.words(certificate, policy=command_line.policy_in_force()))
        if certificate.scan["found"]:
            sys.exit(FOUND)

    def _end(self, reason: str, code: int) -> None:
        self.stderr.write(reason)
        sys.exit(code)
