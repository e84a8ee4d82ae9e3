"""The ledger of consents in the package: as a table, and as records that other programs know (ISO/IEC TS 27560)."""

import json
import re
from typing import Any

import pytest

from contacts.models import Contact, PolicyVersion
from contacts.permission import consents, objections
from contacts.words.vocabulary import Channel
from dsr import package
from tests.support.factories import NOON, ONE_DAY, ContactFactory, SignUpFactory, customer
from tests.support.packaged import data_of, somebody, unzipped

pytestmark = [pytest.mark.django_db, pytest.mark.promise("L14"), pytest.mark.promise("P20")]

TODAY = NOON.date()
BOX = "Ja, ni får mejla mig."


def files_of(contact: Contact, policy: PolicyVersion, language: str = "en") -> dict[str, bytes]:
    return unzipped(package.write([contact.pk], policy=policy, language=language, at=NOON))


def graph(contact: Contact, policy: PolicyVersion) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(files_of(contact, policy)["consents.json"])["@graph"]
    return records


@pytest.fixture
def aino(policy: PolicyVersion) -> Contact:
    """Somebody who consented to mail, withdrew it, and objected to calls."""
    contact = customer(policy)
    asked = SignUpFactory.create(
        kind="consent", scenario="", policy_version=policy, language="sv", created_at=NOON - ONE_DAY
    )
    told = {"day": TODAY, "at": NOON, "by": "visitor"}
    consents.give(contact, Channel.EMAIL, BOX, source="preferences", asked=asked, **told)  # type: ignore[arg-type]
    consents.withdraw(contact, Channel.EMAIL, reason="withdrawn on My data", **told)  # type: ignore[arg-type]
    objecting: dict[str, Any] = {**told, "by": "user:7", "reason": "told us by phone", "channels": [Channel.PHONE]}
    objections.record(str(contact.address_hash), public_id=None, **objecting)
    return contact


def test_each_record_says_what_the_profile_asks_for(aino: Contact, policy: PolicyVersion) -> None:
    given, withdrawn, refused = graph(aino, policy)
    number = aino.consent_records.earliest("pk").public_id
    assert given == {
        "@id": f"urn:uuid:{number}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": str(number),
        "dct:conformsTo": {"@id": "dpv-27560:record-eu-gdpr"},
        "dpv:hasDataSubject": {"@id": f"urn:uuid:{aino.public_id}", "@type": "dpv:DataSubject"},
        "dpv:hasDataController": {"@type": "dpv:DataController", "dpv:hasName": "Nordvik Software AB"},
        "dpv:hasLegalBasis": {"@id": "eu-gdpr:A6-1-a"},
        "dpv:hasProcess": {
            "@type": "dpv:Process",
            "dpv:hasPurpose": {"@id": "dpv:DirectMarketing"},
            "dpv:hasPersonalData": {"@id": "pd:EmailAddress"},
        },
        "dpv:hasNotice": {
            "@type": "dpv:ConsentNotice", "dct:description": BOX, "dct:language": "sv", "dct:hasVersion": policy.number,
        },
        "dpv:hasConsentStatus": [
            {"@type": "dpv:ConsentRequested", "dpv:isIndicatedAtTime": "2026-11-23T13:00:00+01:00"},
            {
                "@type": "dpv:ConsentGiven",
                "dpv:isIndicatedBy": {"@id": "dpv:DataSubject"},
                "dpv:isIndicatedAtTime": "2026-11-24T13:00:00+01:00",
                "dpv:hasIndicationMethod": "double_opt_in",
                "dct:source": "preferences",
            },
        ],
        "dpv:hasRight": {
            "@type": "eu-gdpr:A7-3", "dpv:isExercisedAt": aino.consent_records.earliest("pk").withdraw_at,
        },
    }  # fmt: skip
    [status] = withdrawn["dpv:hasConsentStatus"]
    assert (status["@type"], status["dpv:hasIndicationMethod"]) == ("dpv:ConsentWithdrawn", "online")
    [status] = refused["dpv:hasConsentStatus"]
    assert (status["@type"], status["dpv:isIndicatedAtTime"]) == ("dpv:ConsentRefused", "2026-11-24")
    assert refused["dpv:hasProcess"]["dpv:hasPersonalData"] == {"@id": "pd:TelephoneNumber"}
    assert "dpv:hasNotice" not in refused


def test_the_mail_that_asked_is_named_with_its_hash(policy: PolicyVersion) -> None:
    [record] = graph(somebody(policy, "Aino"), policy)
    asked, _given = record["dpv:hasConsentStatus"]
    mail = asked["dct:provenance"]
    assert mail["dct:identifier"] == "<Aino@nordvik.example>"
    assert mail["spdx:checksum"]["spdx:algorithm"] == {"@id": "spdx:checksumAlgorithm_sha256"}
    assert re.fullmatch("[0-9a-f]{64}", mail["spdx:checksum"]["spdx:checksumValue"])


def test_every_name_has_its_vocabulary(policy: PolicyVersion) -> None:
    document = json.loads(files_of(somebody(policy, "Aino"), policy)["consents.json"])
    used = set(re.findall(r'"@?([a-z0-9-]+):[A-Za-z0-9_-]+"', json.dumps(document["@graph"])))
    assert used == set(document["@context"])


def test_what_is_not_known_is_left_out(policy: PolicyVersion) -> None:
    contact = ContactFactory.create()
    contact.consent_records.create(channel="post", state="refused", method="not_known", said_on=TODAY)
    [record] = graph(contact, policy)
    assert set(record) == {
        "@id", "@type", "dct:identifier", "dct:conformsTo", "dpv:hasDataSubject", "dpv:hasLegalBasis", "dpv:hasProcess",
        "dpv:hasConsentStatus",
    }  # fmt: skip


def test_who_never_said_anything_has_no_such_file(policy: PolicyVersion) -> None:
    assert "consents.json" not in files_of(customer(policy), policy)


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", ["you gave your consent", "you withdrew your consent", "you objected"]),
     ("sv", ["du samtyckte", "du återkallade ditt samtycke", "du invände"])],
)  # fmt: skip
def test_the_page_tells_the_whole_story(aino: Contact, policy: PolicyVersion, language: str, told: list[str]) -> None:
    page = files_of(aino, policy, language)["access.html"].decode()
    for words in [*told, BOX]:
        assert words in page
    made = package.write([aino.pk], policy=policy, language=language, at=NOON)
    rows = data_of(made)["held"]["contacts.consentrecord"]["rows"]
    assert [row["state"] for row in rows] == ["given", "withdrawn", "refused"]
