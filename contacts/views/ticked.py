"""What becomes of the boxes that were ticked on a form, as their person reads it behind our mail (L14, L20).

A yes to calls and post counts only where the record is known to be the reader's (ADR 0044). The form cannot say so,
since it knows nobody; the page behind the mail does, before the button and after it.
"""

from collections.abc import Collection, Iterable

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.models import ConsentRecord, PolicyVersion, SignUp
from contacts.words.vocabulary import Channel, ConsentState

_TO = {
    Channel.EMAIL: gettext_lazy("news by e-mail"),
    Channel.PHONE: gettext_lazy("calls"),
    Channel.POST: gettext_lazy("news by post"),
}


def ahead(made: SignUp, counting: Collection[str], policy: PolicyVersion) -> str:
    """Say which consents would not count; empty where all do."""
    text = _(
        "Your consent to %(what)s cannot be recorded: we hold details under this address already, and they may be"
        " somebody else's. Write to %(email)s if they are yours."
    )
    return _about(text, (channel for channel in made.consents if channel not in counting), policy)


def afterwards(made: SignUp, policy: PolicyVersion) -> list[str]:
    """Say which consents were recorded with a sign-up that is proven, and which could not be."""
    given = ConsentRecord.objects.filter(contact=made.contact_id, ticked_at=made.created_at, state=ConsentState.GIVEN)
    text = _(
        "Your consent to %(what)s could not be recorded: we hold details under this address already, and they may be"
        " somebody else's. Write to %(email)s if they are yours."
    )
    recorded = _about(_("Your consent to %(what)s is recorded."), given.values_list("channel", flat=True), policy)
    return [said for said in (recorded, _about(text, made.consents, policy)) if said]


def _about(text: str, channels: Iterable[str], policy: PolicyVersion) -> str:
    found = set(channels)
    named = [str(words) for channel, words in _TO.items() if channel in found]
    return text % {"what": get_text_list(named, _("and")), "email": policy.controller["email"]} if named else ""
