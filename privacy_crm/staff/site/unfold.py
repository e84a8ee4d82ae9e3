"""How the admin looks and what its sidebar offers to whom."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _page(title: Any, icon: str, model: str, permission: str) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{model}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": _may(permission)}


_DESK = "privacy_crm.staff.home.desk"  # by name: it reads models, which are not there yet
_AUDIENCES = "privacy_crm.staff.audiences.audiences"

_NAVIGATION = [
    {"items": [{"title": _("Home"), "icon": "home", "link": reverse_lazy("admin:index")}]},
    {
        "title": _("People"),
        "items": [
            _page(_("Contacts"), "person", "contacts_contact", "contacts.view_contact"),
            _page(_("Segments"), "filter_alt", "contacts_segment", "contacts.view_segment"),
            _page(_("Imports"), "upload_file", "contacts_upload", "contacts.import_contacts"),
            _page(_("Duplicates"), "merge", "contacts_duplicatepair", "contacts.merge_contacts"),
            _page(_("Organisations"), "domain", "contacts_organisation", "contacts.view_organisation"),
            _page(_("Agreements"), "handshake", "contacts_agreement", "contacts.view_agreement"),
            {
                **_page(_("Audiences"), "lists", "contacts_audience", "contacts.view_audience"),
                "badge": f"{_AUDIENCES}.badge",
            },
            _page(_("Mailings"), "mail", "contacts_mailing", "contacts.view_mailing"),
        ],
    },
    {
        "title": _("Website"),
        "items": [
            _page(_("Events"), "event", "contacts_event", "contacts.view_event"),
            _page(_("Whitepapers"), "description", "contacts_whitepaper", "contacts.view_whitepaper"),
            _page(_("Topics"), "sell", "contacts_topic", "contacts.view_topic"),
            _page(_("Waiting sign-ups"), "hourglass_top", "contacts_signup", "contacts.view_signup"),
        ],
    },
    {
        "title": _("Privacy"),
        "items": [
            {**_page(_("Requests"), "inbox", "dsr_request", "dsr.view_request"), "badge": f"{_DESK}.badge"},
            {
                "title": _("Pass on a request"),
                "icon": "forward_to_inbox",
                "link": reverse_lazy("admin:dsr_request_pass-on"),
                "permission": f"{_DESK}.passes_on",
            },
            _page(_("Sealed evidence"), "enhanced_encryption", "dsr_evidence", "dsr.view_evidence"),
            _page(_("Nightly deletions"), "auto_delete", "retention_purgerun", "retention.view_purgerun"),
            _page(_("Restores"), "settings_backup_restore", "contacts_restoration", "contacts.view_restoration"),
            _page(_("Contradictions"), "rule", "retention_statementcheck", "retention.view_statementcheck"),
            _page(_("Holds"), "lock", "retention_hold", "retention.view_hold"),
            _page(_("Recipients"), "share", "contacts_recipient", "contacts.view_recipient"),
            _page(_("Other systems"), "hub", "contacts_system", "contacts.view_system"),
            _page(_("Notices"), "campaign", "contacts_recipientnotice", "contacts.view_recipientnotice"),
            _page(_("Breaches"), "gpp_bad", "contacts_breach", "contacts.view_breach"),
            _page(
                _("Record of processing"),
                "menu_book",
                "contacts_processingsnapshot",
                "contacts.view_processingsnapshot",
            ),
            {
                "title": _("Data map"),
                "icon": "map",
                "link": reverse_lazy("admin:data-map"),
                "permission": _may("contacts.view_processingsnapshot"),
            },
            {
                "title": _("Authority pack"),
                "icon": "folder_zip",
                "link": reverse_lazy("admin:authority-pack"),
                "permission": _may("contacts.view_processingsnapshot"),
            },
            _page(_("Maintenance"), "build", "contacts_maintenance", "contacts.view_maintenance"),
            _page(_("Reviews"), "fact_check", "contacts_review", "contacts.view_review"),
            _page(_("Privacy policy"), "policy", "contacts_policyversion", "contacts.view_policyversion"),
            _page(_("Longer periods"), "update", "contacts_policynotice", "contacts.view_policynotice"),
            _page(
                _("Legitimate interests"),
                "balance",
                "contacts_interestassessment",
                "contacts.view_interestassessment",
            ),
            _page(
                _("Impact assessments"),
                "crisis_alert",
                "contacts_impactassessment",
                "contacts.view_impactassessment",
            ),
            _page(_("Marketing rules"), "gavel", "contacts_countryrule", "contacts.view_countryrule"),
            _page(_("Audit trail"), "receipt_long", "contacts_auditevent", "contacts.view_auditevent"),
        ],
    },
    {
        "title": _("Administration"),
        "items": [
            _page(_("Staff"), "badge", "auth_user", "auth.view_user"),
            _page(_("Roles"), "shield_person", "auth_group", "auth.view_group"),
            _page(_("Roles to confirm"), "verified_user", "privacy_crm_rolerequest", "privacy_crm.view_rolerequest"),
            _page(_("Mail server"), "mark_email_unread", "contacts_mailstandstill", "contacts.view_mailstandstill"),
            _page(_("Bounced addresses"), "unsubscribe", "contacts_bounceundoing", "contacts.view_bounceundoing"),
            _page(_("API keys"), "key", "contacts_apikey", "contacts.view_apikey"),
            _page(_("Look"), "palette", "contacts_look", "contacts.view_look"),
            {
                "title": _("System"),
                "icon": "monitor_heart",
                "link": reverse_lazy("admin:system"),
                "permission": _may("contacts.view_jobrun"),
            },
        ],
    },
]

UNFOLD = {
    "ACCOUNT": {"navigation": [{"title": _("Your account"), "link": reverse_lazy("mfa_index")}]},
    "SITE_TITLE": _("Privacy CRM"),
    "SITE_HEADER": _("Privacy CRM"),
    "SITE_SYMBOL": "shield_person",
    "SITE_URL": reverse_lazy("privacy"),
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "privacy_crm.staff.home.home.fill",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("icon.svg")}],
    "STYLES": [lambda _request: reverse("look"), lambda _request: static("staff/staff.css")],
    "SCRIPTS": [lambda _request: static("staff/staff.js")],
    "SIDEBAR": {"show_search": True, "show_all_applications": False, "navigation": _NAVIGATION},
}
