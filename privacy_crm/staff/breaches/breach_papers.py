"""The reports of a breach as PDF: the draft of the next one, and each as it was sent."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from contacts.admin.shared import acts
from contacts.admin.shared.base import RecordAdmin
from contacts.breaches import authority_form, paper
from contacts.models import Breach, BreachReport, PolicyVersion
from privacy_crm.staff.breaches import breach_words

DRAFT = 0  # in the place of a report's number


def urls(model_admin: RecordAdmin) -> list[URLPattern]:
    """Return where the PDFs are found."""
    view = model_admin.admin_site.admin_view(partial(answer, model_admin))
    return [path("<path:object_id>/report-<int:number>-<str:language>.pdf", view, name="contacts_breach_paper")]


def links(breach: Breach, number: int) -> list[tuple[str, str]]:
    """Return where a report is found in each language, with the language's name."""
    name = "admin:contacts_breach_paper"
    return [(str(said), reverse(name, args=[breach.pk, number, code])) for code, said in settings.LANGUAGES]


def answer(model_admin: RecordAdmin, request: HttpRequest, object_id: str, number: int, language: str) -> HttpResponse:
    """Answer with a report in a language; number DRAFT is what would be sent now."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    breach: Breach = model_admin.found(request, object_id)
    if language not in dict(settings.LANGUAGES):
        raise acts.gone()
    made = _draft(breach, language) if number == DRAFT else _sent(breach, number, language)
    name = f"breach-{breach.pk}-{number or 'draft'}-{language}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _draft(breach: Breach, language: str) -> bytes:
    policy, at = PolicyVersion.objects.in_force(), timezone.now()
    if policy is None:
        raise acts.gone()
    number = breach.reports.count() + 1
    said = authority_form.said(breach, number, late_because="", policy=policy, language=language)
    with translation.override(language):
        note = _("Draft of %s. It has not been recorded as sent.") % breach_words.moment(at)
    return paper.pdf(said, note=note, at=at)


def _sent(breach: Breach, number: int, language: str) -> bytes:
    report: BreachReport | None = breach.reports.filter(number=number).first()
    if report is None:
        raise acts.gone()
    with translation.override(language):
        note = _("Sent on %(moment)s by %(way)s.") % {
            "moment": breach_words.moment(report.sent_at),
            "way": report.get_way_display(),
        }
        if language != report.language:
            note += " " + _("This is a translation: it was sent in another language.")
    return paper.pdf(report.said[language], note=note, at=report.sent_at)
