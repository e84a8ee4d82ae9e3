"""The certificate of a deletion, for whoever was deleted: behind the link in their letter, once it is final (P21).

It names nobody, so that whoever else opens the link learns of nobody.
"""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from contacts.base.days import day_of
from contacts.outbox import links
from contacts.outbox.links import InvalidLinkError
from contacts.views import refusals
from contacts.views.frame import Visit, framed
from dsr.decisions import certificate_recipients, certificates
from dsr.models import Certificate

_AS_A_FILE = {"Content-Disposition": 'attachment; filename="certificate.pdf"'}


@cache_control(private=True, no_store=True)
@require_safe
@framed
def page(_request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show the certificate; before it is final, say from which day on it is there."""
    found = _found(visit, token)
    if isinstance(found, HttpResponse):
        return found
    said = certificates.said(found, policy=visit.policy, language=visit.language)
    return visit.show("my_data/certificate.html", {"said": said, "token": token})


@cache_control(private=True, no_store=True)
@require_safe
@framed
def paper(_request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Hand it out as a PDF, in the language of the page."""
    found = _found(visit, token)
    if isinstance(found, HttpResponse):
        return found
    made = certificates.pdf(found, policy=visit.policy, language=visit.language)
    return HttpResponse(made, content_type="application/pdf", headers=_AS_A_FILE)


def _found(visit: Visit, token: str) -> Certificate | HttpResponse:
    """Return what a link opens, or the page that says why it opens nothing (yet)."""
    try:
        request = links.read_certificate(token)
    except InvalidLinkError:
        return refusals.unknown_link(visit)
    certificate = Certificate.objects.filter(request__public_id=request).order_by("pk").last()
    if certificate is None:
        return refusals.ended_link(visit)
    if certificate_recipients.waits_for_journal(certificate):
        return _minutes(visit)
    zone = visit.policy.zone
    until = certificate_recipients.waits_until(certificate, day_of(timezone.now(), zone), zone)
    return _early(visit, date_format(until, "DATE_FORMAT")) if until else certificate


def _minutes(visit: Visit) -> HttpResponse:
    text = _("We have deleted your details. The certificate is being made final. Open this link again in some minutes.")
    return visit.show("contacts/message.html", {"heading": _("The certificate is not ready yet"), "text": text})


def _early(visit: Visit, day: str) -> HttpResponse:
    text = _(
        "We have deleted your details. Some recipients have not confirmed yet that they deleted their copies. Open"
        " this link again later: the certificate will be ready by %s."
    )
    said = {"heading": _("The certificate is not ready yet"), "text": text % day}
    return visit.show("contacts/message.html", said)
