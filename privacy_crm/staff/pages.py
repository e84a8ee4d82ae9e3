"""The admin's pages: those of each app, and those that stand on top of several."""

from functools import cache

from django.contrib import admin

from privacy_crm.access import accounts
from privacy_crm.staff.audiences import audiences
from privacy_crm.staff.breaches import breaches
from privacy_crm.staff.duplicates import pairs
from privacy_crm.staff.mailings import mailings
from privacy_crm.staff.people import contacts, segments
from privacy_crm.staff.policy import assessments, versions
from privacy_crm.staff.registers import processing, reviews, role_list
from privacy_crm.staff.trail import trail
from privacy_crm.staff.uploads import uploads

PAGES = (
    *(audiences, breaches, contacts, segments, accounts, mailings, pairs, processing, reviews, role_list, uploads),
    *(versions, assessments, trail),
)


@cache
def load() -> None:
    """Show each page in the admin. The site asks for it with its addresses, and before it is checked."""
    admin.autodiscover()
    for page in PAGES:
        page.register()
