"""What tables are called in registers, for those that no certificate and no package ever names."""

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from dsr.words.places import NAMES

_MORE: dict[str, Any] = {
    "account_emailaddress": _("addresses of staff accounts (not used)"),
    "account_emailconfirmation": _("confirmations of those addresses (not used)"),
    "auth_group": _("roles"),
    "auth_permission": _("permissions"),
    "contacts_affectedgroup": _("groups that a breach affected"),
    "contacts_apikey": _("keys of servers"),
    "contacts_assessedpurpose": _("purposes that an assessment covers"),
    "contacts_auditseal": _("seals of the audit trail"),
    "contacts_auditstamp": _("time stamps of those seals"),
    "contacts_breachletter": _("letters about breaches, as approved"),
    "contacts_breachnotice": _("public notices of breaches"),
    "contacts_countryrule": _("marketing rules of countries"),
    "contacts_look": _("look of the company"),
    "contacts_duplicatesearch": _("searches for duplicates"),
    "contacts_impactassessment": _("impact assessments"),
    "contacts_interestassessment": _("assessments of legitimate interest"),
    "contacts_jobrun": _("when each job ran last"),
    "contacts_journalnumber": _("the number of the journal"),
    "contacts_leftmail": _("notes that a mail has left"),
    "contacts_listlayout": _("columns that staff chose for lists"),
    "contacts_maintenance": _("restore drills and key rotations"),
    "contacts_noticewithdrawal": _("public notices that were taken down"),
    "contacts_policynotice": _("versions of the policy that people are told of"),
    "contacts_processingsnapshot": _("earlier records of processing"),
    "contacts_recipientdocument": _("documents of agreements with recipients"),
    "contacts_restoration": _("restores from a backup"),
    "contacts_scenariorule": _("rules of the privacy policy"),
    "contacts_subprocessor": _("sub-processors of recipients"),
    "contacts_topic": _("topics"),
    "contacts_transferassessment": _("assessments of transfers"),
    "django_content_type": _("kinds of records"),
    "django_session": _("sessions of browsers"),
    "dsr_evidenceopening": _("openings of sealed evidence"),
    "dsr_yearcount": _("yearly counts of requests"),
    "mfa_authenticator": _("second factors of staff"),
    "privacy_crm_accountlink": _("links for passwords of staff"),
    "privacy_crm_openlogin": _("open log-ins of staff"),
    "privacy_crm_rolerequest": _("roles that were asked for"),
    "privacy_crm_stafflanguage": _("languages of staff"),
    "retention_clockdifference": _("differences between the clocks"),
    "retention_purgeapproval": _("approvals of nightly deletions"),
    "retention_purgecause": _("causes in nightly deletions that waited"),
    "retention_purgecount": _("counts of nightly deletions"),
    "retention_purgeforecast": _("forecasts of nightly deletions"),
    "retention_purgerun": _("nightly deletions"),
    "retention_statementcheck": _("searches for contradictions"),
}


def of(model: type[Model]) -> str:
    """Return what a table is called, in the language that is active."""
    table = model._meta.db_table
    return str(NAMES.get(table) or _MORE.get(table) or model._meta.verbose_name_plural)
