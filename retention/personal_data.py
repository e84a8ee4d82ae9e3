"""What each field of this app holds; see `contacts.personal_data`."""

from django.utils.translation import gettext_noop as _

from contacts.personal_data import KEY, NOTHING, Table, about

MODELS: dict[str, Table] = {
    "retention.Hold": {
        **dict.fromkeys(["id", "contact"], KEY),
        **dict.fromkeys(
            [
                "kind", "reason", "legal_reference", "keeps", "placed_at", "until", "financial_year_ended_on",
                "closed_on",
            ],
            about(_("why the person is kept beyond the bases, and how long (P5)")),
        ),
    },
    "retention.PurgeRun": dict.fromkeys(
        [
            "id", "at", "by", "status", "policy_version", "started_at", "finished_at", "approved_at", "approved_by",
            "paused_at", "warned_at", "telling_until", "to_delete", "to_minimise", "spared", "waits_because",
            "foreseen", "foreseen_through",
        ],
        NOTHING,
    ),
    "retention.PurgeCount": dict.fromkeys(
        [
            "id", "run", "rule", "bases_lapsed", "contacts_deleted", "contacts_minimised", "others_deleted", "failure",
            "skipped", "left",
        ],
        NOTHING,
    ),
    "retention.StatementCheck": dict.fromkeys(["id", "at", "finished_at", "found", "failure"], NOTHING),
    "retention.PolicyEffect": dict.fromkeys(["id", "version", "digest", "night", "counted_at", "figures"], NOTHING),
    "retention.PurgeForecast": dict.fromkeys(["id", "run", "day", "scenario", "people"], NOTHING),
    "retention.PurgeCause": dict.fromkeys(["id", "run", "part", "cause", "to_delete", "to_minimise"], NOTHING),
    # The reason is an officer's, about numbers; the form asks for it without a name.
    "retention.PurgeApproval": dict.fromkeys(["id", "run", "by", "at", "reason"], NOTHING),
    "retention.ClockDifference": dict.fromkeys(
        ["id", "noticed_at", "seen_at", "seconds", "stands", "warned_at", "telling_until"], NOTHING
    ),
    "retention.PurgeCandidate": {
        **dict.fromkeys(["id", "run"], NOTHING),
        **dict.fromkeys(["part", "cause"], about(_("why they are due, in a run that waits"), exported=False)),
        "contact": about(_("the people whom an approval covers"), exported=False),
    },
}  # fmt: skip
