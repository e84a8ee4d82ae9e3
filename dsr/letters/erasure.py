"""The letter that confirms a deletion, and says what the law has us keep of it (Art. 12(3) and (4) GDPR, P21, L11)."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.outbox import links
from dsr.answers.answering import Draft
from dsr.letters import other_systems
from dsr.letters.common import Case, day, letter
from dsr.traces import proposal
from dsr.traces.proposal import Duty, Proposal
from dsr.words.vocabulary import ErasureGround


@letter
def erased(case: Case) -> Draft:
    """Facts: `proposal`, `ground` (an ErasureGround), `day`, `backups_until`, when the last copy expires, `final_by`.

    The last is the day by which the certificate is final, behind the button of a mail; on paper there is none.
    """
    proposed: Proposal = case.facts["proposal"]
    whole = proposed.is_whole and other_systems.are_all_done(case)
    return case.draft(
        _("Your details are deleted") if whole else _("Your details are deleted, except for a part"),
        _done(case, proposed),
        GROUNDS[ErasureGround(case.facts["ground"])],
        _recipients(proposed),
        buttons=[_certificate(case)],
        closing="\n\n".join(
            [
                _left(case, proposed),
                _("Copies in our backups are gone on %s. Until then nobody uses them.")
                % day(case.facts["backups_until"]),
                other_systems.with_answers(case, case.questions() if whole else case.remedy()),
            ]
        ),
    )


def _certificate(case: Case) -> tuple[str, str]:
    """Return the button that leads to the certificate, and from which day on it does at the latest."""
    final_by: dt.date = case.facts["final_by"]
    label = _("Open the certificate of deletion")
    if final_by > case.facts["day"]:
        label = _("Open the certificate of deletion (ready by %s)") % day(final_by)
    return label, links.page("my_data_certificate", links.certificate(case.request.public_id))


def _done(case: Case, proposed: Proposal) -> str:
    on = day(case.facts["day"])
    if proposed.is_whole and not other_systems.are_all_done(case):
        return _("On %s we deleted everything that we held about you in our customer register.") % on
    if proposed.is_whole:
        return _("On %s we deleted everything that we held about you.") % on
    kept = "; ".join(_kept(duty) for duty in proposed.duties)
    said = _("On %(day)s we deleted everything that we held about you, except this: %(kept)s.")
    closed = _("It is closed to everyone who does not need it, and is deleted when that time is over.")
    return f"{said % {'day': on, 'kept': kept}} {closed}"


def _kept(duty: Duty) -> str:
    """Return what a duty keeps, as a half sentence."""
    return _("%(what)s, which by law we must keep (%(law)s) %(until)s") % {
        "what": proposal.categories(duty.categories),
        "law": proposal.law(duty.reason, duty.legal_reference),
        "until": proposal.until(duty.until),
    }


def _recipients(proposed: Proposal) -> str:
    """Name them now: nobody can tell it afterwards (Art. 19 GDPR)."""
    text = _("We had given your details to %s, and tell them to delete them, too.")
    told = [text % proposal.listed(proposed.recipients)] if proposed.recipients else []
    return " ".join([*told, *(_copy(name, days) for name, _why, days in proposed.copies)])


def _copy(name: str, days: int) -> str:
    text = ngettext(
        "No single person can be found in the copies at %(name)s. They are deleted after %(days)d day.",
        "No single person can be found in the copies at %(name)s. They are deleted after %(days)d days.",
        days,
    )
    return text % {"name": name, "days": days}


def _left(case: Case, proposed: Proposal) -> str:
    """Return what remains of the request itself, and of an objection: a coded form is not nothing."""
    request = _(
        "To be able to show that we answered you, we keep the number of your request, what it was about, its dates and"
        " a coded form of your address."
    )
    if case.is_hearsay:
        request = _(
            "To be able to show what we did, we keep the number of this case, what it was about, its dates and a coded"
            " form of your address."
        )
    objection = _(
        "So that no marketing reaches you again, we also keep the coded form, until you say yes to it yourself."
    )
    told = [request, _remembered(proposed), str(objection) if proposed.suppressed else ""]
    return " ".join(filter(None, told))


def _remembered(proposed: Proposal) -> str:
    """Say for how long we keep anybody from bringing them back, and who can end that earlier (L12)."""
    if proposed.remembered_until is None:
        return ""
    text = _(
        "So that no list brings your details back to us, we keep a coded form of your address until %(day)s. Until then"
        " nobody here can enter you again, unless you sign up yourself, or an organisation that has an agreement with"
        " us names you as its contact: then we tell you, and send you no marketing."
    )
    return text % {"day": day(proposed.remembered_until)}


GROUNDS = {
    ErasureGround.NOT_NEEDED: gettext_lazy("We no longer needed it (Article 17(1)(a) GDPR)."),
    ErasureGround.CONSENT_WITHDRAWN: gettext_lazy(
        "You withdrew your consent, and nothing else lets us keep it (Article 17(1)(b) GDPR)."
    ),
    ErasureGround.OBJECTED: gettext_lazy("You objected, and no reasons of ours weigh more (Article 17(1)(c) GDPR)."),
    ErasureGround.UNLAWFUL: gettext_lazy(
        "We should not have held it (Article 17(1)(d) GDPR), and we apologise for that."
    ),
    ErasureGround.LEGAL_DUTY: gettext_lazy("A law requires us to delete it (Article 17(1)(e) GDPR)."),
    ErasureGround.CHILD: gettext_lazy("It was collected when you were a child (Article 17(1)(f) GDPR)."),
    ErasureGround.LEFT: gettext_lazy(
        "You have left your organisation, and we have promised to delete your details earlier in that case."
    ),
}
