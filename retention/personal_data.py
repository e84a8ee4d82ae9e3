"""What each field of this app holds; see `contacts.personal_data`."""

from contacts.personal_data import KEY, NOTHING, Table, about

MODELS: dict[str, Table] = {
    "retention.Hold": {
        **dict.fromkeys(["id", "contact"], KEY),
        **dict.fromkeys(
            ["kind", "reason", "legal_reference", "keeps", "placed_at", "until", "closed_on"],
            about("why the person is kept beyond the bases, and how long (P5)"),
        ),
    },
    "retention.PurgeRun": dict.fromkeys(
        [
            "id", "at", "by", "status", "policy_version", "started_at", "finished_at", "approved_at", "approved_by",
            "warned_at", "to_delete", "to_minimise", "spared",
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
    "retention.PurgeCandidate": {
        **dict.fromkeys(["id", "run"], NOTHING),
        "contact": about("the people whom an approval covers", exported=False),
    },
}  # fmt: skip
