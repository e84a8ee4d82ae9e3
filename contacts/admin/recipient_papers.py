"""The papers of an agreement on a recipient's page: documents to fetch, sub-processors, and assessments."""

import datetime as dt
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.text import slugify
from django_countries import countries

from contacts.admin.shared import acts
from contacts.disclosure import documents
from contacts.models import Recipient, RecipientDocument
from contacts.models.recipients import SOON
from contacts.words.vocabulary import Safeguard


def of(recipient: Recipient, day: dt.date) -> dict[str, Any]:
    """Return what the page shows of them as of a day."""
    assessments = list(recipient.transfer_assessments.all())
    names = acts.who(each.by for each in assessments)
    for each in assessments:
        each.who = names[each.by]  # type: ignore[attr-defined]
    return {
        "documents": list(recipient.documents.all()),
        "sub_processors": [_sub_processor(each, day) for each in recipient.sub_processors.all()],
        "assessments": assessments,
        "needs_assessment": recipient.safeguard not in {"", Safeguard.ADEQUACY} and not assessments,
        "ends_soon": recipient.is_agreed(day)
        and recipient.agreement_until is not None
        and recipient.agreement_until <= day + SOON,
    }


def fetch(request: HttpRequest, recipient: Recipient, document_id: int) -> HttpResponseBase:
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    document = RecipientDocument.objects.filter(pk=document_id, recipient=recipient).first()
    if document is None:
        raise acts.gone()
    try:
        file = documents.fetch(document, at=timezone.now(), by=acts.by(request))
    except FileNotFoundError:
        raise acts.gone() from None
    name = f"{slugify(document.title) or 'document'}.pdf"
    return FileResponse(file, as_attachment=True, filename=name, content_type=documents.PDF)


def _sub_processor(each: Any, day: dt.date) -> Any:
    each.place = str(countries.name(each.country) or each.country)
    each.has_ended = each.ended_on is not None and each.ended_on < day
    return each
