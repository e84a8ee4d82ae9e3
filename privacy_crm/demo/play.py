"""The demo's main job: load the export, rehearse the night, do it, and show what went, what stays and why."""

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from rich.console import Console

from contacts.base.days import day_of
from contacts.models import Contact, Organisation, PolicyVersion
from contacts.people import organisations
from contacts.words.vocabulary import LegalForm
from privacy_crm.demo import (
    addresses,
    assessing,
    audiences,
    breaches,
    export,
    mailings,
    promising,
    recipients,
    registers,
    requests,
    reviews,
    show,
    systems,
    today,
    twice,
    users,
    website,
)
from retention.audit import seals, statements
from retention.nights import purge

console = Console()


def prepare() -> PolicyVersion:
    """Bring the database, the roles and the policy up, whatever is there already."""
    with console.status("Preparing the database …"):
        call_command("migrate", verbosity=0)
        promising.publish(timezone.now())
        call_command("publish_policy", stdout=_Nowhere())
        call_command("adopt_country_rules", stdout=_Nowhere())
    policy = PolicyVersion.objects.in_force()
    if policy is None:
        raise LookupError("publish_policy published nothing")
    return policy


def log_ins() -> tuple[list[str], str]:
    """Return the demo's log-in names and their password, made where they are missing."""
    return users.set_up(settings.VAR_DIR / "demo" / "password")


def first_night(policy: PolicyVersion) -> bool:
    """Load the export and play the night, unless there are people already. Returns whether it did."""
    if Contact.objects.exists():
        return False
    at = timezone.now()
    _load(settings.VAR_DIR / "demo" / "export", day_of(at, policy.zone))
    _mark_companies(at)
    recipients.give(policy, at)
    before = show.held(policy)
    rehearsed = purge.rehearse(policy=policy, at=at)
    console.print(show.rehearsal(rehearsed))
    with console.status("The nightly run …"):
        outcome = purge.run(policy=policy, at=at, by="demo", approve=False, now=timezone.now)
    console.print(show.night(policy, before, outcome))
    console.print(show.examples(policy, day_of(at, policy.zone)))
    with console.status("Nordvik's website …"):
        website.open_up(policy, at)
    console.print(show.website(at))
    systems.register(at)
    asked = requests.come_in(policy, at)
    console.print(f"[dim]{systems.answer(at)} other systems are asked, too; one of them keeps a request waiting[/]")
    console.print(f"[dim]{asked} requests about people's own details wait in the officer's inbox, or are answered[/]")
    recipients.be_late(at)
    audiences.leave(policy, at)
    mailings.write(policy, at)
    held = reviews.hold(policy, at)
    console.print(f"[dim]{held} reviews of how data is protected come round again and again; one is overdue[/]")
    console.print(f"[dim]{breaches.happen(policy, at)} breaches are on record; the 72 hours of one run[/]")
    console.print(f"[dim]{twice.come(policy, at)} people may be on file twice[/]")
    console.print(f"[dim]{today.open_house(policy, at)} guests are in at the event of today[/]")
    console.print(f"[dim]{addresses.be_known(policy, at)} addresses are known to be their person's[/]")
    console.print(f"[dim]{registers.fill(policy, at)} records of processing were kept[/]")
    console.print(show.recipients(at))
    assessing.decide(policy, at)
    assessing.draft(policy, at)
    console.print("[dim]What rests on legitimate interest is assessed, and a draft of the next policy waits[/]")
    found = sum(statements.keep(policy=policy, at=at, now=timezone.now).found.values())
    console.print(f"[dim]{found} contradictions are in the records[/]")
    console.print(f"[dim]{seals.seal(policy=policy, at=at)} seals are on the audit trail[/]")
    return True


def _load(directory: Path, today: dt.date) -> None:
    with console.status("Writing the export of Nordvik's old CRM …"):
        export.write(directory, today)
    rejects = directory.parent / "rejects.csv"
    call_command("import_crm", str(directory), rejects=str(rejects))
    console.print(f"[dim]Refused rows, with line and reason, are in {rejects}[/]")


def _mark_companies(at: dt.datetime) -> None:
    """Most organisations in Great Britain are known as companies; of every third nobody has said it yet."""
    names = Organisation.objects.filter(country="GB").order_by("pk").values_list("name", flat=True)
    known = [name for number, name in enumerate(names) if number % 3]
    organisations.mark(known, LegalForm.COMPANY, at=at, by="demo")


class _Nowhere:
    """Swallow what a command says, where the demo says it better."""

    def write(self, _text: str) -> None:
        return None


def welcome(port: int, names: list[str], password: str) -> None:
    """Print where the site is and who can log in."""
    console.print(
        f"\n[bold]The site[/]   http://localhost:{port}/           whitepapers, events, sign-up"
        f"\n           http://localhost:{port}/privacy/   the policy"
        f"\n           http://localhost:{port}/api/openapi.json   the API (docs/api.md)"
        f"\n[bold]The staff[/]  http://localhost:{port}/admin/"
        f"\n[bold]Log in[/]     as {', '.join(names)}"
        f"\n[bold]Password[/]   {password}   (the demo has no second factor)"
        f"\n[bold]Mail[/]       is written to {settings.VAR_DIR / 'mail'}, unless EMAIL_URL says otherwise"
        "\n[dim]Ctrl-C ends everything.[/]\n"
    )
