"""A package is ready: where it is fetched, until when, and that the address has to be confirmed anew (P20, L7)."""

from django.utils.translation import gettext as _

from contacts.outbox import links
from dsr.answers.answering import Draft
from dsr.letters import other_systems
from dsr.letters.common import Case, day, letter


@letter
def access_ready(case: Case) -> Draft:
    """Facts: `until` (a date), the last day on which the package can be fetched."""
    return case.draft(
        _("What we hold about you is ready"),
        _everything(case),
        _(
            "It is a document to read (PDF and HTML), and files that other programs can read (JSON and CSV). It also"
            " says why we hold it, how long, and who else has been given it."
        ),
        buttons=[_button(case)],
        closing=_closing(case),
    )


@letter
def portability_ready(case: Case) -> Draft:
    """Facts: `until` (a date), the last day on which the package can be fetched."""
    return case.draft(
        _("Your data is ready to download"),
        _(
            "What you gave us yourself is ready for you, in files that other programs can read (JSON and CSV). You can"
            " take them to another company (Article 20 GDPR)."
        ),
        buttons=[_button(case)],
        closing=_closing(case),
    )


@letter
def enclosed(case: Case) -> Draft:
    """The package goes by post, with this letter. Without facts."""
    return case.draft(
        _("What we hold about you"),
        _enclosed(case),
        _("It also says why we hold it, how long, and who else has been given it."),
        closing=other_systems.with_answers(case, case.questions()),
    )


def _everything(case: Case) -> str:
    if other_systems.are_all_done(case):
        return _("Everything that we hold about you is ready for you.")
    return _("What we hold about you is ready for you, except for what is named below.")


def _enclosed(case: Case) -> str:
    if other_systems.are_all_done(case):
        return _("Enclosed is everything that we hold about you.")
    return _("Enclosed is what we hold about you, except for what is named below.")


def _button(case: Case) -> tuple[str, str]:
    return _("Download my details"), links.page("my_data_ready", links.package(case.request.public_id))


def _closing(case: Case) -> str:
    """Say how it is fetched, and until when. No officer changes it: the page ends the package on the same day."""
    text = _(
        "Open the page above and confirm your e-mail address once more, so that only you get it. You can download it"
        " through %(day)s. After that, ask us again."
    )
    questions = case.questions()
    return other_systems.with_answers(case, f"{text % {'day': day(case.facts['until'])}}\n\n{questions}")
