"""What the records may not say: each contradiction is one set of SQL, with a code and a plain sentence (L20).

A mail is judged by what had been on record before the day on which it left, since on that day itself either may have
come first; consents count from their own day on, the law from its first. An objection counts from the day on which it
was made, though it may have been entered later.

Nobody is found where the record of that day is gone: after a merge, after a change of the address (objections), of
the country or by a sign-up (consents), after a consent was withdrawn, and where a consent lifted an objection; and of
mails that left before the audit trail begins, since it cannot say what came after them. Reasons to hold somebody that
have lapsed are gone, so important messages are not asked whether they went to customers. Not looked at: topics,
letters, calls, lists that left as files, mails to addresses that no contact had, and whoever has no country now.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _
from psycopg2 import sql

from contacts.words.vocabulary import (
    CORPORATE_FORMS,
    AgreementKind,
    Channel,
    ConsentState,
    MailPurpose,
    MarketingGround,
    PermissionState,
    SourceKind,
)
from retention.models import HoldKind, HoldReason

SHOWN_EARLY = sql.SQL("""
    SELECT contact.public_id AS id FROM contacts_basis basis
    JOIN contacts_contact contact ON contact.id = basis.contact_id
    JOIN contacts_policyversion version ON version.id = basis.policy_shown_id
    WHERE version.published_at IS NULL
        OR (version.published_at AT TIME ZONE version.time_zone)::date > basis.policy_shown_on""")

FORM_EARLY = sql.SQL("""
    SELECT made.public_id AS id FROM contacts_signup made
    JOIN contacts_policyversion version ON version.id = made.policy_version_id
    WHERE version.published_at IS NULL OR version.published_at > made.created_at""")

TOLD_EARLY = sql.SQL("""
    SELECT contact.public_id AS id FROM contacts_basis basis
    JOIN contacts_contact contact ON contact.id = basis.contact_id
    WHERE basis.informed_on < basis.collected_on""")

# Mails to people, with the day on which each left. Since that moment, what they were sent by may have become another's.
_SENT = sql.SQL("""
    SELECT contact.public_id AS id, contact.country, contact.email, contact.organisation_id, message.sent_at, sent.day
    FROM contacts_message message
    JOIN contacts_contact contact ON contact.id = message.contact_id
    CROSS JOIN LATERAL (SELECT (message.sent_at AT TIME ZONE %(zone)s)::date AS day) sent
    WHERE message.sent_at IS NOT NULL AND message.purpose IN ({purposes}) AND {condition}""")

_SINCE = sql.SQL("""message.sent_at >= %(trail_from)s AND NOT EXISTS (
        SELECT 1 FROM contacts_auditevent event
        WHERE event.public_id = contact.public_id AND event.at > message.sent_at AND event.code IN ({codes}))""")


def _literals(values: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Literal(value) for value in values)


def _sent(condition: sql.Composable, *purposes: MailPurpose) -> sql.Composed:
    return _SENT.format(purposes=_literals(list(purposes)), condition=condition)


def _unless_since(*codes: str) -> sql.Composed:
    return _SINCE.format(codes=_literals(list(codes)))


SENT_AFTER_OBJECTION = _sent(
    sql.SQL("""(
        EXISTS (
            SELECT 1 FROM contacts_channelpermission said
            WHERE said.contact_id = contact.id AND said.channel = {email} AND said.state = {objected}
                AND said.given_on < sent.day)
        OR EXISTS (
            SELECT 1 FROM contacts_suppression said
            WHERE said.address_hash = contact.address_hash AND said.channel = {email} AND said.since < sent.day)
        OR EXISTS (
            SELECT 1 FROM contacts_suppression said
            WHERE said.mailbox_hash = contact.mailbox_hash AND said.channel = {email} AND said.since < sent.day)
    ) AND {same}""").format(
        email=sql.Literal(Channel.EMAIL),
        objected=sql.Literal(PermissionState.OBJECTED),
        same=_unless_since("address.changed", "contact.merged"),
    ),
    MailPurpose.MARKETING,
)

# As `consent_law` weighs it: a country's own rules go before those for all others, and for customers theirs before the
# general one. Who was a customer on the day, the agreements of the organisation tell.
_GROUND = sql.SQL("""COALESCE(
        (SELECT rule.ground FROM contacts_countryrule rule
         WHERE rule.channel = {email} AND rule.valid_from <= unasked.day AND rule.country IN (unasked.country, '')
            AND (NOT rule.existing_customers OR {customer})
         ORDER BY rule.country = '', NOT rule.existing_customers, rule.valid_from DESC LIMIT 1), {consent})""")

_CUSTOMER = sql.SQL("""EXISTS (
            SELECT 1 FROM contacts_agreement agreement
            WHERE agreement.organisation_id = unasked.organisation_id AND agreement.kind = {customer}
                AND (agreement.started_on IS NULL OR agreement.started_on <= unasked.day)
                AND (agreement.ended_on IS NULL OR agreement.ended_on > unasked.day))""").format(
    customer=sql.Literal(AgreementKind.CUSTOMER)
)

_UNASKED = _sent(
    sql.SQL("""contact.country <> '' AND NOT EXISTS (
            SELECT 1 FROM contacts_channelpermission said
            WHERE said.contact_id = contact.id AND said.channel = {email} AND said.state = {consented}
                AND said.given_on <= sent.day)
        AND NOT EXISTS (
            SELECT 1 FROM contacts_consentrecord told
            WHERE told.contact_id = contact.id AND told.channel = {email} AND told.state = {given}
                AND told.said_on <= sent.day)
        AND {same}""").format(
        email=sql.Literal(Channel.EMAIL),
        consented=sql.Literal(PermissionState.CONSENTED),
        given=sql.Literal(ConsentState.GIVEN),
        same=_unless_since(
            *("address.changed", "consent.withdrawn", "contact.completed", "contact.corrected", "contact.merged"),
            "sign_up.proven",
        ),
    ),
    MailPurpose.MARKETING,
)

# As `consent_law` tells companies and public bodies: by the domain of the address, and the organisation's legal form.
_NO_COMPANY = sql.SQL("""(
        split_part(unasked.email, '@', 2) = ANY (%(public_domains)s)
        OR (described.at IS NULL OR described.at <= unasked.sent_at) AND NOT EXISTS (
            SELECT 1 FROM contacts_organisation employer
            WHERE employer.id = unasked.organisation_id AND employer.legal_form IN ({forms})))""").format(
    forms=_literals(list(CORPORATE_FORMS))
)

# When each organisation was last changed; that is not looked up while no rule asks for it.
_DESCRIBED = sql.SQL("""
    SELECT rule, max(at) AS at FROM contacts_auditevent
    WHERE code IN ('organisation.changed', 'organisation.marked')
        AND EXISTS (SELECT 1 FROM contacts_countryrule WHERE ground = {corporate})
    GROUP BY rule""").format(corporate=sql.Literal(MarketingGround.CORPORATE))

# Of 1,200,000 mails, asking the law for those alone takes 4 seconds, and for each mail 26. OFFSET has it asked once.
SENT_WITHOUT_CONSENT = sql.SQL("""
    WITH unasked AS MATERIALIZED ({unasked}), described AS MATERIALIZED ({described})
    SELECT unasked.id FROM unasked CROSS JOIN LATERAL (SELECT {ground} AS ground OFFSET 0) law
        LEFT JOIN described ON described.rule = 'organisation:' || unasked.organisation_id
    WHERE law.ground = {consent} OR law.ground = {corporate} AND {no_company}""").format(
    unasked=_UNASKED,
    described=_DESCRIBED,
    ground=_GROUND.format(
        email=sql.Literal(Channel.EMAIL), customer=_CUSTOMER, consent=sql.Literal(MarketingGround.CONSENT)
    ),
    consent=sql.Literal(MarketingGround.CONSENT),
    corporate=sql.Literal(MarketingGround.CORPORATE),
    no_company=_NO_COMPANY,
)

# Where they had given us one of their reasons themselves, or been told of one, a list may have brought another later.
SENT_BEFORE_TOLD = _sent(
    sql.SQL("""EXISTS (
            SELECT 1 FROM contacts_basis basis WHERE basis.contact_id = contact.id AND basis.collected_on < sent.day)
        AND NOT EXISTS (
            SELECT 1 FROM contacts_basis basis
            WHERE basis.contact_id = contact.id AND basis.collected_on <= sent.day
                AND (basis.source_kind = {person} OR basis.informed_on <= sent.day))
        AND {same}""").format(person=sql.Literal(SourceKind.PERSON), same=_unless_since("contact.merged")),
    MailPurpose.MARKETING,
)

SENT_WHILE_FROZEN = _sent(
    sql.SQL("""EXISTS (
            SELECT 1 FROM retention_hold hold
            WHERE hold.contact_id = contact.id AND hold.kind = {freeze}
                AND (message.purpose = {marketing} OR hold.reason = {restriction})
                AND (hold.placed_at AT TIME ZONE %(zone)s)::date < sent.day
                AND (hold.until IS NULL OR hold.until >= sent.day))
        AND {same}""").format(
        freeze=sql.Literal(HoldKind.FREEZE),
        marketing=sql.Literal(MailPurpose.MARKETING),
        restriction=sql.Literal(HoldReason.RESTRICTION),
        same=_unless_since("contact.merged"),
    ),
    *(MailPurpose.MARKETING, MailPurpose.IMPORTANT, MailPurpose.INFORMATION),
)

SENT_AFTER_LEAVING = _sent(
    sql.SQL("contact.left_on < sent.day AND {same}").format(same=_unless_since("contact.merged")),
    *(MailPurpose.MARKETING, MailPurpose.IMPORTANT),
)

HELD_WITHOUT_BASIS = sql.SQL("""
    SELECT contact.public_id AS id FROM contacts_contact contact
    WHERE contact.minimised_on IS NULL
        AND NOT EXISTS (SELECT 1 FROM contacts_basis basis WHERE basis.contact_id = contact.id)
        AND NOT EXISTS (
            SELECT 1 FROM retention_hold hold WHERE hold.contact_id = contact.id AND hold.closed_on IS NULL)""")

# The run of the day after a hold's last deals with its person; a freeze keeps what is left of them meanwhile.
RESIDUE_WITHOUT_DUTY = sql.SQL("""
    SELECT contact.public_id AS id FROM contacts_contact contact
    WHERE contact.minimised_on IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM retention_hold hold
        WHERE hold.contact_id = contact.id AND hold.closed_on IS NULL
            AND (hold.until IS NULL OR hold.until >= %(night)s))""")


@dataclass(frozen=True)
class Contradiction:
    """Something that the records may not say. `found` is the query for `id`, the random number of whom it says it."""

    code: str
    text: str
    found: sql.Composable


ALL = (
    Contradiction(
        "shown_before_published",
        _("A version of the policy stands as shown on a day on which it was not published."),
        SHOWN_EARLY,
    ),
    Contradiction(
        "form_before_published",
        _("A sign-up names a version of the policy that was not published when it came in."),
        FORM_EARLY,
    ),
    Contradiction(
        "told_before_collected",
        _("Somebody is said to have been told of details before they were collected."),
        TOLD_EARLY,
    ),
    Contradiction(
        "sent_after_objection", _("Marketing was sent to somebody who had objected to it."), SENT_AFTER_OBJECTION
    ),
    Contradiction(
        "sent_without_consent",
        _("Marketing was sent without the consent that the law of the country asked for."),
        SENT_WITHOUT_CONSENT,
    ),
    Contradiction(
        "sent_before_told",
        _("Marketing was sent to somebody who had not been told where their details come from."),
        SENT_BEFORE_TOLD,
    ),
    Contradiction(
        "sent_while_frozen",
        _("A mail was sent while the details were only stored, or marketing while a request or a claim was open."),
        SENT_WHILE_FROZEN,
    ),
    Contradiction(
        "sent_after_leaving", _("A mail was sent to somebody who had left their organisation."), SENT_AFTER_LEAVING
    ),
    Contradiction("held_without_basis", _("Somebody is held without any reason."), HELD_WITHOUT_BASIS),
    Contradiction(
        "residue_without_duty",
        _("Something is still held because of a legal duty, and that duty has ended."),
        RESIDUE_WITHOUT_DUTY,
    ),
)
