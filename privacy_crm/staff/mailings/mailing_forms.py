"""The form that writes a mailing: whom it is for, and what it says in both languages, side by side."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm
from contacts.mailings import drafts
from contacts.mailings.drafts import FASTEST, Draft, MailingError
from contacts.models import Mailing, Segment
from contacts.words.vocabulary import MailingKind

_LANGUAGES = ("en", "sv")
_PARTS = ("subject", "body", "button")


class EditForm(ActForm):
    refusals = (MailingError,)
    after_template = "staff/mailing_form.html"
    placed = (*(f"{part}_{code}" for part in _PARTS for code in _LANGUAGES), "button_url", "rate")

    name = fields.text(
        gettext_lazy("Name"), max_length=200, help_text=gettext_lazy("Among yourselves; nobody outside reads it.")
    )
    kind = fields.one_of(
        gettext_lazy("What is it?"),
        choices=[(each.value, capfirst(each.label)) for each in MailingKind],
        initial=MailingKind.MARKETING,
        help_text=gettext_lazy(
            "An important message is about the agreement, such as a change of terms. It goes to customers and partners"
            " alone, also to those who have stopped our news, and the privacy officer approves it first."
        ),
    )
    segment = fields.choice(
        gettext_lazy("Who gets it?"),
        (),
        required=False,
        help_text=gettext_lazy(
            "A segment that colleagues share, or one of your own. Whoever reads this mailing sees what it is called and"
            " what it asks for. Each person is asked about when it starts, and again at their mail."
        ),
    )
    topics = fields.topics(
        gettext_lazy("What is it about?"),
        required=False,
        help_text=gettext_lazy(
            "For marketing. Those who are held for a whitepaper, a webinar or an event alone get what they showed an"
            " interest in."
        ),
    )
    subject_en = fields.text(gettext_lazy("Subject in English"), required=False, max_length=200)
    subject_sv = fields.text(gettext_lazy("Subject in Swedish"), required=False, max_length=200)
    body_en = fields.long_text(
        gettext_lazy("Text in English"), required=False, help_text=gettext_lazy("An empty line begins a paragraph.")
    )
    body_sv = fields.long_text(gettext_lazy("Text in Swedish"), required=False)
    button_en = fields.text(gettext_lazy("Words on the button in English"), required=False, max_length=60)
    button_sv = fields.text(gettext_lazy("Words on the button in Swedish"), required=False, max_length=60)
    button_url = fields.web_address(
        gettext_lazy("Where the button leads"),
        required=False,
        help_text=gettext_lazy("A page of our own, or one that begins with https. Nobody counts who follows it."),
    )
    rate = fields.number(gettext_lazy("Mails a minute"), min_value=1, max_value=FASTEST)

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial=_known(record) if record else {"rate": settings.MAILS_A_MINUTE}, **options)
        for code in _LANGUAGES:
            self.fields[f"body_{code}"].widget.attrs["rows"] = 12
        offered = Segment.objects.visible_to(self.user.pk)
        if record:  # whoever edits a colleague's draft keeps the segment that is theirs alone
            offered = offered | Segment.objects.filter(pk=record.segment_id)
        self.segments = {str(each.pk): each for each in offered}
        named = [(number, each.name) for number, each in self.segments.items()]
        self.fields["segment"].choices = [("", _("Everyone we hold")), *named]  # type: ignore[attr-defined]

    def pairs(self) -> Iterator[tuple[Any, Any]]:
        """Yield the fields of each part, English beside Swedish."""
        for part in _PARTS:
            yield self[f"{part}_en"], self[f"{part}_sv"]

    def draft(self) -> Draft:
        told = self.cleaned_data
        texts = {part: {code: text for code in _LANGUAGES if (text := told[f"{part}_{code}"])} for part in _PARTS}
        return Draft(
            name=told["name"],
            kind=MailingKind(told["kind"]),
            segment=self.segments.get(told["segment"]),
            topics=told["topics"],
            button_url=told["button_url"],
            rate=told["rate"],
            **texts,
        )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        drafts.edit(self.record, self.draft(), at=at, by=by)
        return _("The draft is changed.")


class AddForm(EditForm):
    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        self.record = drafts.draft(self.draft(), at=at, by=by)
        return _("The draft is on record. Nobody gets it before you have seen what will happen.")


def _known(mailing: Mailing) -> dict[str, Any]:
    texts = {"subject": mailing.subject, "body": mailing.body, "button": mailing.button}
    return {
        "name": mailing.name,
        "kind": mailing.kind,
        "segment": str(mailing.segment_id or ""),
        "topics": list(mailing.topics.all()),
        "button_url": mailing.button_url,
        "rate": mailing.rate,
        **{f"{part}_{code}": said.get(code, "") for part, said in texts.items() for code in _LANGUAGES},
    }
