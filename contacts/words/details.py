"""The details that are said about a person in one breath, the fields that hold each, and how each is read aloud."""

from collections.abc import Mapping

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries import countries


class Detail(TextChoices):
    """Half a new name beside half the old one would be nobody's, so that both halves are one detail."""

    NAME = "name", _("name")
    JOB_TITLE = "job_title", _("professional role")
    COMPANY = "company", _("company")
    PHONE = "phone", pgettext_lazy("field", "phone")
    ADDRESS = "address", _("postal address")
    COUNTRY = "country", _("country")
    LANGUAGE = "language", _("language")


FIELDS_OF: dict[Detail, tuple[str, ...]] = {
    Detail.NAME: ("first_name", "last_name"),
    Detail.JOB_TITLE: ("job_title",),
    Detail.COMPANY: ("company",),
    Detail.PHONE: ("phone",),
    Detail.ADDRESS: ("address", "postal_code", "city"),
    Detail.COUNTRY: ("country",),
    Detail.LANGUAGE: ("language",),
}


def outcome(detail: Detail, said: Mapping[str, str], held: Mapping[str, str]) -> dict[str, str]:
    """Return what each field of a detail becomes by a yes to what was said of it, as it is asked and written.

    An address is one thing, and replaces the other whole. Of a name, the half that nobody typed stays.
    """
    stays = held if detail == Detail.NAME else {}
    return {name: said.get(name) or stays.get(name, "") for name in FIELDS_OF[detail]}


def text(detail: Detail, values: Mapping[str, str]) -> str:
    """Return what the fields of a detail say, as one line; empty where they say nothing."""
    match detail:
        case Detail.COUNTRY:
            return str(countries.name(values["country"]) or values["country"])
        case Detail.LANGUAGE:
            return str(dict(settings.LANGUAGES).get(values["language"], values["language"]))
    said = [values[name] for name in FIELDS_OF[detail] if values.get(name)]
    return (" " if detail == Detail.NAME else ", ").join(said)
