"""The product's settings with the linter of migrations: `make check` looks for what locks a big table or breaks a site.

While a new version is rolled out, processes of the earlier one still write. So a migration may not drop or rename what
they know, and an index on a table that holds rows is made beside the work on it (`AddIndexConcurrently`).
"""

from privacy_crm.settings import *  # noqa: F403
from privacy_crm.settings import INSTALLED_APPS, LOGGING

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]
LOGGING["loggers"] |= {"django_migration_linter": {"level": "WARNING"}}  # it says which one it looks at

# Written before the first release, when no site ran an earlier version.
BEFORE_THE_FIRST_RELEASE = [
    "0001_accounts_of_staff",
    "0001_initial",
    "0003_certificates_name_who_was_told",
    "0005_guards",
    "0009_mailboxes",
    "0012_policy_shown",
    "0018_address_trust",
    "0019_uploaded_differences",
    "0038_hashes_name_their_keys",
    "0042_keys_end",
]
MIGRATION_LINTER_OPTIONS = {
    "include_apps": ["contacts", "retention", "dsr", "privacy_crm"],
    "ignore_name": BEFORE_THE_FIRST_RELEASE,
    "exclude_migration_tests": ["RUNPYTHON_ARGS_NAMING_CONVENTION"],
    "warnings_as_errors": [],  # all of them
    "no_cache": True,
    "quiet": ["ok", "ignore"],
}
