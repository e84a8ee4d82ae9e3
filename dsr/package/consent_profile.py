"""The ledger of consents for other programs: ISO/IEC TS 27560:2023 in the Data Privacy Vocabulary of the W3C's group.

Each record follows the profile `dpv-27560:record-eu-gdpr` (https://w3id.org/dpv/guides/consent-27560). What is not
known is left out.
"""

import uuid
from typing import Any

from dsr.package.files import encoded
from dsr.package.gathering import Section

LEDGER = "contacts.ConsentRecord"

_CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "spdx": "http://spdx.org/rdf/terms#",
}

_STATES = {
    "given": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "expired": "dpv:ConsentExpired",
}
_REACHED_BY = {"email": "pd:EmailAddress", "phone": "pd:TelephoneNumber", "post": "pd:PhysicalAddress"}
_THEIRS = {"double_opt_in", "online"}
_PURPOSES = {"marketing": "dpv:DirectMarketing"}


def consents_json(ledger: Section, who: uuid.UUID) -> bytes:
    """Return the records as JSON-LD; `who` is the number under which we hold the person."""
    return encoded({"@context": _CONTEXT, "@graph": [_record(row, who) for row in ledger.for_machines()]})


def _record(row: dict[str, Any], who: uuid.UUID) -> dict[str, Any]:
    return _known(
        {
            "@id": f"urn:uuid:{row['public_id']}",
            "@type": "dpv:ConsentRecord",
            "dct:identifier": row["public_id"],
            "dct:conformsTo": _name("dpv-27560:record-eu-gdpr"),
            "dpv:hasDataSubject": {"@id": f"urn:uuid:{who}", "@type": "dpv:DataSubject"},
            "dpv:hasDataController": _typed("dpv:DataController", {"dpv:hasName": row["controller"]}),
            "dpv:hasLegalBasis": _name("eu-gdpr:A6-1-a"),
            "dpv:hasProcess": {
                "@type": "dpv:Process",
                "dpv:hasPurpose": _name(_PURPOSES[row["purpose"]]),
                "dpv:hasPersonalData": _name(_REACHED_BY[row["channel"]]),
            },
            "dpv:hasNotice": _notice(row),
            "dpv:hasConsentStatus": _statuses(row),
            "dpv:hasRight": _typed("eu-gdpr:A7-3", {"dpv:isExercisedAt": row["withdraw_at"]}),
        }
    )


def _notice(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the person was shown; its version is that of the policy."""
    shown = {
        "dct:description": row["wording"],
        "dct:language": row["language"],
        "dct:hasVersion": row["policy_version"],
    }
    return _typed("dpv:ConsentNotice", shown)


def _statuses(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was said; before it, where a box was ticked first, that our mail asked whether it was they."""
    asked = {"dpv:isIndicatedAtTime": row["ticked_at"], "dct:provenance": _mail(row)}
    said = {
        "dpv:isIndicatedBy": _name("dpv:DataSubject"),
        "dpv:isIndicatedAtTime": _time(row),
        "dpv:hasIndicationMethod": row["method"],
        "dct:source": row["source"],
    }
    before = [_typed("dpv:ConsentRequested", asked)] if row["ticked_at"] else []
    return [*before, _typed(_STATES[row["state"]], said)]


def _mail(row: dict[str, Any]) -> dict[str, Any]:
    checksum = {"spdx:checksumValue": row["message_digest"]}
    of_sha256 = {"spdx:algorithm": _name("spdx:checksumAlgorithm_sha256"), **checksum} if row["message_digest"] else {}
    return _typed("dct:ProvenanceStatement", {"dct:identifier": row["message_id"], "spdx:checksum": of_sha256})


def _time(row: dict[str, Any]) -> str:
    """Return the moment of what the person did themselves on our pages, and the day of anything else."""
    return str(row["recorded_at"] if row["method"] in _THEIRS else row["said_on"] or row["recorded_at"])


def _name(term: str) -> dict[str, str]:
    return {"@id": term}


def _typed(term: str, said: dict[str, Any]) -> dict[str, Any]:
    known = _known(said)
    return {"@type": term, **known} if known else {}


def _known(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value not in ("", None, {})}
