"""What is mutated, and by which tests: the one table to edit when a module or a test moves."""

from dataclasses import dataclass

FOLDER = "tests"


@dataclass(frozen=True)
class Part:
    """A module and the files of tests that concern it, in FOLDER.

    `derived` are modules whose constants are made of its own when they are imported: they are made again.
    """

    module: str
    tests: tuple[str, ...]
    derived: tuple[str, ...] = ()

    @property
    def files(self) -> list[str]:
        return [f"{FOLDER}/{name}.py" for name in self.tests]


_PURGE = (
    "retention/due/test_due_bases",
    "retention/nights/test_purge_rules",
    "retention/lapses/test_objection_consequences",
    "retention/forecasts/test_forecast",
)
_SCHEDULE = (
    "retention/due/test_retention_schedule",
    "retention/forecasts/test_explain",
    "retention/forecasts/test_deletion_forecast",
    "retention/lapses/test_organisation_ending",
)
_PREVIEW = ("retention/lapses/test_purge_preview", *_PURGE, "retention/forecasts/test_deletion_forecast")
_PERMISSION = ("contacts/permission/test_permission", "contacts/permission/test_permission_oracle")
_COUNTRIES = ("contacts/permission/test_country_rules",)
_MERGING = tuple(f"contacts/merging/test_merging{part}" for part in ("_rules", "", "_edges", "_links"))
_DEADLINES = ("dsr/records/test_deadlines", "dsr/records/test_requests_due", "dsr/decisions/test_extending")

HEART = (
    Part("retention.due.months", ("retention/due/test_months", "retention/nights/test_purge_rules")),
    Part("retention.due.due_bases", (*_PURGE, *_SCHEDULE), ("retention.due.retention_schedule",)),
    Part("retention.lapses.purge_preview", _PREVIEW, ("retention.lapses.lapse_decisions",)),
    Part("retention.nights.cap", ("retention/nights/test_cap",), ("retention.nights.foreseen",)),
    Part("retention.nights.causes", ("retention/nights/test_causes",)),
    Part("retention.due.retention_schedule", (*_SCHEDULE, *_PURGE)),
    Part(
        "contacts.people.clocks",
        ("contacts/people/test_clocks", "retention/nights/test_purge_rules", "privacy_crm/crm_import/test_people"),
        ("privacy_crm.crm_import.bases",),
    ),
    Part("contacts.permission.permission", (*_PERMISSION, *_COUNTRIES, "retention/lapses/test_objection_consequences")),
    Part("contacts.permission.consent_law", (*_PERMISSION, *_COUNTRIES)),
    Part("contacts.permission.country_rules", (*_COUNTRIES, "contacts/admin/test_country_rules")),
    Part("contacts.merging.merging_rules", _MERGING, ("retention.holds.merging", "dsr.answers.merging")),
    Part("retention.holds.merging", _MERGING),
    Part("contacts.words.addresses", ("contacts/words/test_addresses",)),
    Part("dsr.records.deadlines", (*_DEADLINES, "dsr/intake/test_identity")),
)
