"""The pages that stand on top of several apps."""

from privacy_crm.access import accounts
from privacy_crm.staff.audiences import audiences
from privacy_crm.staff.duplicates import pairs
from privacy_crm.staff.mailings import mailings
from privacy_crm.staff.people import contacts, segments
from privacy_crm.staff.uploads import uploads

PAGES = (audiences, contacts, segments, accounts, mailings, pairs, uploads)


def register() -> None:
    """Show each page in the admin."""
    for page in PAGES:
        page.register()
