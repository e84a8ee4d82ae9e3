from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from contacts.words.vocabulary import Channel, MarketingGround


class CountryRules(models.QuerySet["CountryRule"]):
    def in_force(self, day: dt.date) -> CountryRules:
        """The latest rule of each country, channel and kind of reader that is valid on `day`."""
        return (
            self.filter(valid_from__lte=day)
            .order_by("country", "channel", "existing_customers", "-valid_from")
            .distinct("country", "channel", "existing_customers")
        )


class CountryRule(models.Model):
    """What a country's law asks for before marketing goes out on a channel, from a day on, and where that stands (P11).

    An empty country is every country without a rule of its own. A rule for existing customers goes before the general
    one, for people of an organisation with a customer agreement.
    """

    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2; empty for all others.")
    channel = models.CharField(choices=Channel)
    existing_customers = models.BooleanField(default=False)
    ground = models.CharField(choices=MarketingGround)
    valid_from = models.DateField()
    source = models.CharField(help_text="The law or the authority's word on it.")
    note = models.CharField(blank=True)

    objects = CountryRules.as_manager()

    class Meta:
        ordering = ["country", "channel", "existing_customers", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["country", "channel", "existing_customers", "valid_from"], name="country_rule_once_a_day"
            ),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="country_rule_channel"),
            models.CheckConstraint(condition=Q(ground__in=MarketingGround.values), name="country_rule_ground"),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex="^[A-Z]{2}$"), name="country_rule_country"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country or 'others'} {self.channel} from {self.valid_from}"
