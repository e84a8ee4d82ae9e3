"""Marketing has stopped, or a consent is taken back: from now on, without anybody's having decided (P12)."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from contacts.words.vocabulary import Channel
from dsr.answers.answering import Draft
from dsr.letters.common import Case, letter


@letter
def marketing_stopped(case: Case) -> Draft:
    """Facts: `what`, the names of channels."""
    text = _("From now on we send you no marketing by %(channels)s.")
    return case.draft(
        _("We send you no more marketing"),
        text % {"channels": _named(case)},
        _("We keep a coded form of your address to remember this, also if we delete everything else about you."),
        closing=case.questions(),
    )


@letter
def consent_taken_back(case: Case) -> Draft:
    """Facts: `what`, the names of channels, or "food"."""
    text = _("Your consent is taken back, from now on: %(consents)s.")
    return case.draft(_("Your consent is taken back"), text % {"consents": _named(case)}, closing=case.questions())


def _named(case: Case) -> str:
    names = [str(Channel(name).label) for name in case.facts["what"] if name in Channel.values]
    food = [_("food preferences")] if "food" in case.facts["what"] else []
    return get_text_list([*names, *food], _("and"))
