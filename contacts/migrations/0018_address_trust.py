"""Whether an address is trusted becomes one state with its reason. Until now only a doubt was on record.

Filled in by what can be proven: who pressed the button of their own sign-up, and whose address staff made sure of, with
neither a change nor a merge since, and no other name typed beside it. Sign-ups are gone after 30 days; the audit trail
says who pressed. What mail came back from is doubted.
"""

from django.db import migrations, models
from django.db.models import Q

_STATES = [("doubted", "doubted"), ("unproven", "not proven"), ("proven", "proven")]
_REASONS = [
    ("changed", "a change that nobody made sure of"),
    ("denied", "its reader says that it is the wrong one"),
    ("contested", "the address before it says that the change is wrong"),
    ("bounced", "mail to it came back"),
    ("complained", "our mail there was reported as spam"),
    ("list", "came in a list"),
    ("staff", "entered by staff"),
    ("door", "typed by a guest at the door"),
    ("answered", "somebody reads it, and it is not known who"),
    ("merged", "two records were merged"),
    ("not_known", "it is not known how it came in"),
    ("form_button", "a form, confirmed by the button in our mail"),
    ("my_data", "“My data”, opened by the button in our mail"),
    ("staff_sure", "staff made sure"),
    ("phoned", "confirmed on a phone number on file"),
    ("met", "confirmed in person"),
    ("letter", "confirmed by a signed letter"),
    ("organisation", "confirmed by the organisation"),
    ("officer", "the privacy officer established whose it is"),
]
_OF_DOUBT = ("changed", "denied", "contested", "bounced", "complained")
_OF_NO_PROOF = ("list", "staff", "door", "answered", "merged", "not_known")
_OF_PROOF = ("form_button", "my_data", "staff_sure", "phoned", "met", "letter", "organisation", "officer")

DOUBTED = """
    UPDATE contacts_contact
    SET address_trust = 'doubted', address_trust_reason = 'changed', address_trust_since = unconfirmed_since
    WHERE unconfirmed_since IS NOT NULL"""

_PROVEN = """
    UPDATE contacts_contact contact
    SET address_trust = 'proven', address_trust_reason = '{reason}', address_trust_since = (
        proof.at AT TIME ZONE COALESCE(
            (SELECT time_zone FROM contacts_policyversion ORDER BY number DESC LIMIT 1), 'UTC'
        )
    )::date
    FROM (
        SELECT public_id, max(at) AS at FROM contacts_auditevent WHERE {said} GROUP BY public_id
    ) proof
    WHERE proof.public_id = contact.public_id AND contact.address_trust = 'unproven' AND contact.email IS NOT NULL
        AND NOT EXISTS (
            SELECT 1 FROM contacts_auditevent later
            WHERE later.public_id = contact.public_id AND later.at >= proof.at AND (
                later.code = 'contact.merged'
                OR (later.code = 'address.changed' AND {changed})
            )
        )
        AND NOT EXISTS (
            SELECT 1 FROM contacts_proposeddetail typed WHERE typed.contact_id = contact.id AND typed.detail = 'name'
        )"""

PRESSED = _PROVEN.format(reason="form_button", said="code = 'sign_up.proven' AND by = 'visitor'", changed="TRUE")
MADE_SURE = _PROVEN.format(
    reason="staff_sure",
    said="code = 'address.changed' AND rule = 'proven'",
    changed="(later.at > proof.at OR later.rule <> 'proven')",
)

CAME_BACK = """
    UPDATE contacts_contact
    SET address_trust = 'doubted', address_trust_reason = 'bounced', address_trust_since = bounced_on
    WHERE bounced_on IS NOT NULL AND address_trust <> 'doubted'"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0017_dietary_needs")]

    operations = [
        migrations.AddField(
            "contact",
            "address_trust",
            models.CharField(choices=_STATES, db_default="unproven", default="unproven", editable=False),
        ),
        migrations.AddField(
            "contact",
            "address_trust_reason",
            models.CharField(choices=_REASONS, db_default="not_known", default="not_known", editable=False),
        ),
        migrations.AddField(
            "contact", "address_trust_since", models.DateField(blank=True, editable=False, null=True)
        ),
        # The last statement checks what foreign keys put off, since a table with such checks open cannot be altered.
        migrations.RunSQL([DOUBTED, PRESSED, MADE_SURE, CAME_BACK, "SET CONSTRAINTS ALL IMMEDIATE"], migrations.RunSQL.noop),
        migrations.RemoveField("contact", "unconfirmed_since"),
        migrations.AddIndex(
            "contact",
            models.Index(
                condition=Q(address_trust="doubted"), fields=["address_trust_reason"], name="contact_doubted"
            ),
        ),
        migrations.AddConstraint(
            "contact",
            models.CheckConstraint(
                condition=Q(address_trust="doubted", address_trust_reason__in=_OF_DOUBT)
                | Q(address_trust="unproven", address_trust_reason__in=_OF_NO_PROOF)
                | Q(address_trust="proven", address_trust_reason__in=_OF_PROOF),
                name="contact_address_trust_has_its_reason",
                violation_error_message="An address is trusted, or not, for a reason that stands for it.",
            ),
        ),
    ]
