"""Ada, who is on file, and a list that says something else of her."""

from typing import Any

from contacts.models import Contact, PolicyVersion, Upload, UploadedDifference
from contacts.words.differences import ListField
from tests.support.factories import ContactFactory, OrganisationFactory, hold
from tests.support.uploading import AINO, COLLECTED, VAINO

ON_FILE = {"first_name": "Ada", "last_name": "Byron", "phone": "", "city": "Umeå", "country": "SE"}
HEADER = ["E-mail", "First name", "Last name", "Company", "Country", "City", "Phone"]
LISTED = [AINO, "Aino", "Byron", "Havglimt AS", "NO", "Oslo", "+47 1"]
NEWCOMER = [VAINO, "Väinö", "", "", "FI", "", ""]


def held(policy: PolicyVersion, scenario: str = "prospect", **fields: Any) -> Contact:
    """Ada, whom the list calls Aino, at Fjordkraft."""
    employer = fields.pop("organisation", None) or OrganisationFactory.create(name="Fjordkraft AB")
    contact: Contact = ContactFactory.create(email=AINO, **{"organisation": employer, **ON_FILE, **fields})
    hold(contact, scenario, COLLECTED, policy=policy, source="Fair", informed_on=COLLECTED)
    return contact


def says(contact: Contact) -> dict[str, str]:
    stored = Contact.objects.select_related("organisation").get(pk=contact.pk)
    found = {field.value: getattr(stored, field.value) or "" for field in ListField}
    return {name: str(value) for name, value in found.items()}


def shown(upload: Upload) -> dict[str, tuple[str, str, str]]:
    rows = UploadedDifference.objects.filter(upload=upload).values_list("detail", "old", "new", "reason")
    return {detail: tuple(rest) for detail, *rest in rows}


def written(upload: Upload) -> set[str]:
    return {detail for detail, (_old, _new, reason) in shown(upload).items() if not reason}


CHANGES = {
    "first_name": ("Ada", "Aino", ""),
    "organisation": ("Fjordkraft AB", "Havglimt AS", ""),
    "city": ("Umeå", "Oslo", ""),
    "phone": ("", "+47 1", ""),
}
