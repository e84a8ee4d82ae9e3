"""What we hold of a person who is imported (P2), and the names that other programs give to it.

The names are compared without case, spaces and signs. Where several columns say the same, the order here says which
goes first: for each person, the first that is filled counts.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Field:
    label: Any
    names: tuple[str, ...]
    begins: tuple[str, ...] = ()  # columns whose names only begin like this
    else_names: tuple[str, ...] = ()  # where there is none of the others: they may mean something else


def _field(label: Any, names: str, *, begins: str = "", otherwise: str = "") -> Field:
    return Field(label, tuple(names.split()), tuple(begins.split()), tuple(otherwise.split()))


FIELDS: dict[str, Field] = {
    "email": _field(
        _("E-mail address"),
        "email emailaddress workemail businessemail primaryemail contactemail email1value email1 epost epostadress"
        " epostadresse epostadress1 mejl mejladress mail mailadress emailadresse sahkoposti sahkopostiosoite correo"
        " email2address email3address epost2adress epost3adress additionalemailaddresses",
    ),
    "first_name": _field(
        _("First name"), "firstname givenname contactfirstname fornamn vorname etunimi fornavn prenom tilltalsnamn"
    ),
    "last_name": _field(
        _("Last name"),
        "lastname surname familyname contactlastname efternamn nachname familienname sukunimi etternavn nom",
    ),
    "full_name": _field(
        _("Full name, to be divided"),
        "fullname name contactname displayname namn helanamn kontakt vollername nimi navn",
    ),
    "job_title": _field(
        _("Professional role"),
        "jobtitle position befattning yrkesroll yrkestitel berufsbezeichnung funktion nimike tehtavanimike"
        " organization1title stilling",
        otherwise="title titel role roll",
    ),
    "phone": _field(
        _("Phone"),
        "phone phonenumber businessphone workphone companyphonenumber telephone telefon telefonnummer telefonarbete"
        " telefongeschaftlich mobilephone mobilephonenumber mobile mobil mobiltelefon mobilnummer mobiltelefonnr"
        " puhelin phone1value businessphone2 telefonarbete2",
    ),
    "organisation": _field(
        _("Organisation"),
        "company companyname organisation organization accountname associatedcompany primaryassociatedcompany"
        " associatedcompanynames foretag foretagsnamn organisationsnamn bolag firma unternehmen yritys employer"
        " organization1name bedrift",
    ),
    "address": _field(
        _("Street address"),
        "streetaddress address street mailingstreet businessstreet address1street gatuadress gata adress"
        " gatuadressarbete strasse strassegeschaftlich anschrift katuosoite gateadresse postadress",
    ),
    "postal_code": _field(
        _("Postal code"),
        "postalcode zip zipcode zippostalcode mailingzippostalcode mailingpostalcode mailingzip businesspostalcode"
        " address1postalcode postnummer postnr postnummerarbete plz postleitzahl postinumero",
    ),
    "city": _field(
        _("City"),
        "city town mailingcity businesscity address1city ort stad postort ortarbete stadt ortgeschaftlich kaupunki"
        " poststed",
    ),
    "country": _field(
        _("Country"),
        "country countryregion countrycode mailingcountry mailingcountrycode businesscountryregion businesscountry"
        " address1country land landregion landregionarbete landregiongeschaftlich maa",
    ),
    "language": _field(_("Language"), "language preferredlanguage sprak sprache kieli"),
    "collected_on": _field(_("Day of collection"), "collectedon insamladden"),
    "no_email": _field(
        _("Said no to e-mail"),
        "unsubscribedfromallemail emailoptout hasoptedoutofemail optedoutofemail optout unsubscribed optedout"
        " nyhetsbrevavregistrerad avregistrerad abgemeldet avanmald",
        begins="optedoutofemail",
    ),
    "no_phone": _field(_("Said no to calls"), "donotcall phoneoptout ringinte"),
    "no_post": _field(_("Said no to post"), "donotmail mailoptout postoptout ingenpost"),
    "no_marketing": _field(
        _("Said no to all marketing"), "donotcontact donotmarket nomarketing ingenreklam reklamsparr"
    ),
}

# What somebody said no to, and the channel on which that holds.
OBJECTIONS = {"no_email": "email", "no_phone": "phone", "no_post": "post", "no_marketing": "all"}

# Columns that tell one program's export from all others: two of them are enough.
_SIGNS = {
    "HubSpot": "recordid recordidcontact leadstatus lifecyclestage marketingcontactstatus associatedcompany"
    " contactowner unsubscribedfromallemail createdate",
    "Salesforce": "accountname accountid mailingstreet mailingcity emailoptout hasoptedoutofemail mailingpostalcode"
    " mailingzippostalcode contactid reportsto accountowner",
    "Outlook": "emaildisplayname businessstreet businessphone businesscity emailtype managersname officelocation"
    " visningsnamnforepost epostvisningsnamn gatuadressarbete telefonarbete ortarbete strassegeschaftlich",
}

type Mapping = dict[str, list[int]]


def guess(header: Sequence[str]) -> Mapping:
    """Return the places of the columns that name our fields as other programs do, the surest first."""
    plain = [plainly(name) for name in header]
    found = {name: _places(plain, field) for name, field in FIELDS.items()}
    if found["first_name"] or found["last_name"]:
        found["full_name"] = []
    return {name: places for name, places in found.items() if places}


def recognise(header: Sequence[str]) -> str:
    """Return the program whose export has these columns; empty where they could be anybody's."""
    plain = {plainly(name) for name in header}
    matches = {program: len(plain & set(signs.split())) for program, signs in _SIGNS.items()}
    program = max(matches, key=matches.__getitem__)
    return program if matches[program] >= 2 else ""


def plainly(name: str) -> str:
    """Return a column's name as it is compared: letters without their signs and numbers, in lower case."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in apart if letter.isalnum())


def _places(plain: list[str], field: Field) -> list[int]:
    begun = [place for place, column in enumerate(plain) if column.startswith(field.begins)]
    found = list(dict.fromkeys([*_named(plain, field.names), *begun]))
    return found or _named(plain, field.else_names)


def _named(plain: list[str], names: tuple[str, ...]) -> list[int]:
    return [place for name in names for place, column in enumerate(plain) if column == name]
