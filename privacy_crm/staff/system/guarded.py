"""How the installation is guarded where the product cannot see it: stamps of an authority outside, disks, and logs."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from privacy_crm.registers import measures
from privacy_crm.staff.system.lines import Line, Section, Tone
from retention.audit import stamps


def guarded() -> Section:
    """Tell what the operator states, and whether time stamps are checked."""
    lines = [Line(_("Encryption of disks"), measures.disks()), Line(_("Logs"), measures.logs())]
    return Section(_("Security"), [*_stamps(), *lines])


def _stamps() -> list[Line]:
    if not settings.TIMESTAMP_URL:
        return []
    name, remedy = _("Time stamps"), _("Set TIMESTAMP_ROOTS to the certificates of the authority, or of its issuer.")
    try:
        number = len(stamps.roots())
    except ValueError:
        return [Line(name, _("None is taken: TIMESTAMP_ROOTS has no certificates that can be read."), Tone.ACT, remedy)]
    if not number:
        return [Line(name, _("Their signatures are not checked: TIMESTAMP_ROOTS is not set."), Tone.LOOK, remedy)]
    text = ngettext(
        "Each is checked against %d certificate that is trusted.",
        "Each is checked against %d certificates that are trusted.",
        number,
    )
    return [Line(name, text % number)]
