"""The pages that stand on top of several apps."""

from privacy_crm.access import accounts
from privacy_crm.staff import audiences, contacts, mailings, pairs, segments, uploads

PAGES = (audiences, contacts, segments, accounts, mailings, pairs, uploads)


def register() -> None:
    """Show each page in the admin."""
    for page in PAGES:
        page.register()
