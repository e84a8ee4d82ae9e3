"""The files for machines: one JSON document, and a CSV file for each table.

The JSON is an object: `format` ("access-package/1" or "portable-package/1"), `prepared_at`, `language`, `company`,
`policy_version`, `told` (a chapter for each thing that Art. 15 asks for) and `held`: table → `title`, `total`, `rows`,
a row being field → value. Dates and moments are ISO 8601; codes and names of fields do not depend on the language.
"""

import csv
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from dsr.package.document import Document
from dsr.package.gathering import Section
from dsr.package.periods import Kept

# What a spreadsheet takes for the beginning of a formula, as in `contacts.audience` (OWASP, CSV injection).
_FORMULAS = frozenset("=+-@\t\r\n＝＋－＠")


def access_json(document: Document) -> bytes:
    """Return everything as UTF-8."""
    return encoded(
        {
            **head(document.language, document.at.astimezone(document.policy.zone).isoformat(), "access-package/1"),
            "company": document.policy.controller,
            "policy_version": document.policy.number,
            "answer": _answer(document.told.sentences, document.told.kept),
            "told": [asdict(chapter) for chapter in document.told.chapters],
            "held": held(document.sections),
        }
    )


def head(language: str, prepared_at: str, version: str) -> dict[str, Any]:
    return {"format": version, "prepared_at": prepared_at, "language": language}


def held(sections: Collection[Section]) -> dict[str, Any]:
    return {
        section.key.lower(): {"title": section.title, "total": section.total, "rows": section.for_machines()}
        for section in sections
    }


def encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2, default=str).encode()


def tables(sections: Collection[Section]) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of a CSV file for each table that holds something: UTF-8, commas, formulas inert."""
    for section in sections:
        if section.rows:
            yield f"csv/{section.key.lower().replace('.', '-')}.csv", _table(section)


def _table(section: Section) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in section.columns)
    writer.writerows([_cell(value) for value in row.values()] for row in section.for_machines())
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text[:1] in _FORMULAS else text


def _answer(sentences: list[str], kept: Kept) -> dict[str, Any]:
    reasons = [asdict(reason) for reason in kept.reasons]
    holds = [{"kind": hold.kind, "reason": hold.reason, "until": hold.until} for hold in kept.holds]
    return {"sentences": sentences, "keep_until": kept.until, "reasons": reasons, "holds": holds}
