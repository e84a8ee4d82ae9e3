from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.management.commands import createsuperuser
from django.db import transaction
from django.utils import timezone

from privacy_crm.access import telling
from privacy_crm.access.targets import OPERATOR


class Command(createsuperuser.Command):
    """Django's own, which also puts on record what it made, and has the privacy officers told."""

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects.filter(is_superuser=True)
        with transaction.atomic():
            before = set(users.values_list("pk", flat=True))
            super().handle(*args, **options)
            for made in users.exclude(pk__in=before).values_list("pk", flat=True):
                telling.changed("account.superuser_made", made, at=timezone.now(), by=OPERATOR)
