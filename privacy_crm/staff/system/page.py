"""The page "System" itself: one sentence on top, then section by section."""

import datetime as dt
from collections.abc import Iterator

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.base.background import app
from privacy_crm.health import measures
from privacy_crm.staff.system import backups, configured, guarded, jobs, keys, measured, nights
from privacy_crm.staff.system.lines import Section, verdict

PERMISSION = "contacts.view_jobrun"


def show(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    sections = [section for section in _sections(timezone.now()) if section.lines]
    context = {
        **admin.site.each_context(request),
        "title": _("System"),
        "verdict": verdict(sections),
        "sections": sections,
        "settings": configured.configured(),
    }
    return TemplateResponse(request, "staff/system.html", context)


def _sections(at: dt.datetime) -> Iterator[Section]:
    """Yield what may be wrong, in the order in which to mend it."""
    found, since = measured.by_name(measures.take(at=at, queues=_queues())), jobs.installed()
    yield measured.parts(found)
    yield measured.clocks(found)
    yield nights.nights(found, at=at, installed=since)
    yield measured.queues(found)
    yield jobs.jobs(app.conf.beat_schedule, at=at, since=since)
    yield measured.mails(found)
    yield measured.people(found)
    yield backups.backups(found, at=at)
    yield keys.keys()
    yield guarded.guarded()


def _queues() -> list[str]:
    return [queue.name for queue in app.conf.task_queues or []] or [app.conf.task_default_queue]
