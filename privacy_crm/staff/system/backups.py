"""What a restore needs: a journal that leaves the database, and backups as old as people were told (L11)."""

import datetime as dt

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from privacy_crm.backups import age
from privacy_crm.staff.system.lines import Line, Section, Tone, span
from privacy_crm.staff.system.measured import Measured, limited

JOURNAL_LAGS = 600  # seconds, as in deploy/alerts.yml


def backups(measured: Measured, *, at: dt.datetime) -> Section:
    """Tell whether the journal is written, and how old the backups are."""
    journal = limited(measured, ("journal_lag_seconds", JOURNAL_LAGS, Tone.ACT, _journal))
    return Section(_("Journal and backups"), [*journal, _backups(at)])


def _journal(lag: float) -> Line:
    says = _("The oldest entry has waited for %s.") % span(lag) if lag else _("All entries have left the database.")
    remedy = _("See whether JOURNAL_URL can be written. Until it is, a restore could undo deletions and objections.")
    return Line(_("Journal"), says, remedy=remedy)


def _backups(at: dt.datetime) -> Line:
    name = _("Backups")
    if problem := age.problem(at=at):
        return Line(name, problem, Tone.ACT if settings.BACKUP_URL else Tone.FINE)
    oldest, *_others, latest = [date_format(made) for made in age.backups()] * 2
    text = _("The latest is of %(latest)s, the oldest of %(oldest)s. Each is kept for %(days)s days.")
    return Line(name, text % {"oldest": oldest, "latest": latest, "days": settings.BACKUP_DAYS})
