"""What each field of this app holds; see `contacts.personal_data`.

A request's own row says what was asked and how it ended; what names anybody hangs on the person and goes with them.
"""

from contacts.personal_data import KEY, NOTHING, Field, Table, about

CLOSED = "%(REQUEST_MONTHS)s months after the request was closed; the keyed hash proves it to who asks"
SOUGHT = "once the system has answered, at the latest 30 days after the deletion, or after it was told to undo it"
SEALED = "%(EVIDENCE_MONTHS)s months after the answer, and its key with it; the keyed hash finds it for who asks"
SHORT = "a day after the link has ended, or with the person, by the database's cascade"


def _table(fields: str, field: Field) -> Table:
    return dict.fromkeys(fields.split(), field)


MODELS: dict[str, Table] = {
    "dsr.Request": {
        **_table("id", about("the request's number", goes=CLOSED)),
        **_table("public_id", about("the request's address on our pages", exported=False, goes=CLOSED)),
        **_table(
            "kind state outcome ground refusal source received_on safe_on legal_on paused_since paused_days extended_on"
            " extended_late reminded_on agreed_by closed_on",
            about("what was asked for, and how it stands (P19)", goes=CLOSED),
        ),
        **_table("address_hash", about("finds the request again: a keyed hash", exported=False, goes=CLOSED)),
        **_table("warned_on passed_on_by worked_on_by", NOTHING),
    },
    "dsr.Subject": _table("id request contact", KEY),
    "dsr.Paper": {
        **_table("id contact", KEY),
        **_table("request kind at text data", about("what was asked and answered, in words (P19)")),
    },
    "dsr.Attachment": {
        **_table("paper", KEY),
        **_table("id name size", about("what came with a letter or mail from the person (P19)")),
        **_table("content", about("the file itself, which is in the package as it came", exported=False)),
    },
    "dsr.Representative": {
        **_table("contact", KEY),
        **_table(
            "request kind name proof issued_by issued_on seen_on scope ends_on untold agreed_on ended_at end",
            about("who acted for the person, and by which proof (L17)"),
        ),
        **_table("email post", about("where the answers went that somebody else got for the person (L17)")),
        **_table("id seen_by entered_at", NOTHING),
    },
    "dsr.Evidence": {
        **_table("number kind sealed_at ends_on", about("that an answer is proven, and until when", goes=SEALED)),
        **_table(
            "id public_id request address_hash content",
            about("finds the proof, and is it: sealed, under a key elsewhere", exported=False, goes=SEALED),
        ),
    },
    "dsr.EvidenceOpening": {
        **_table("id evidence", NOTHING),
        **_table(
            "reason asked_by asked_at ends_at confirmed_by opened_at",
            about("who opened it, and why", exported=False, goes=SEALED),
        ),
    },
    "dsr.Entry": _table("id request at by step rule", NOTHING),
    "dsr.Proof": {
        **_table("contact", KEY),
        **_table("id public_id request", about("ties the row to its person", exported=False, goes=SHORT)),
        **_table("address language", about("the address that a link went to", exported=False, goes=SHORT)),
        **_table(
            "created_at expires_at attempts proven_at visit_until",
            about("whether the link may still be used", exported=False, goes=SHORT),
        ),
    },
    "dsr.Handover": {
        **_table("id public_id contact", KEY),
        **_table("request portable created_at expires_at fetched", about("what was handed over, and until when (P20)")),
    },
    "dsr.SystemTask": {
        **_table("request", KEY),
        **_table(
            "system opened_at due_on answer answered_at called_off_at",
            about("which other systems were asked about the person, and what they answered (L18)", goes=CLOSED),
        ),
        **_table(
            "sought sought_until",
            about("whom a system still has to look for, to delete or to undo", exported=False, goes=SOUGHT),
        ),
        **_table(
            "id public_id not_before claimed_until attempts reason told_at reminded_on answered_by called_off_by"
            " called_off_told_at lifted_told_at owner_number link_number link_until",
            NOTHING,
        ),
    },
    "dsr.Enclosure": {
        **_table("id contact request task content", KEY),
        **_table("name at", about("what another system sent about the person; it goes to them as a file (L18)")),
    },
    "dsr.Certificate": _table(
        "id public_id request ground erased_at deleted told untold references kept letter_until remembered_until"
        " suppressed backups_until scan",
        NOTHING,
    ),
    "dsr.PendingSearch": {
        **_table("id certificate asked_at apart_from attempts", NOTHING),
        **_table(
            "sought residue",
            about("to search the database for what names them (P21)", exported=False, goes="once it was searched"),
        ),
    },
    "dsr.YearCount": _table("id year kind outcome number late days", NOTHING),
}
