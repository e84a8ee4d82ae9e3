"""How the company looks to everybody: its colours, its logo, a picture and the links in the footer."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

_COLOUR = r"^#[0-9a-f]{6}$"


class Look(models.Model):
    """The company's own look, of which there is one. Where a colour is empty, the product's own is shown."""

    main = models.CharField(blank=True, help_text="Of links and buttons, such as #0b5f85.")
    band = models.CharField(blank=True, help_text="Behind the company's name, on top of each page.")
    logo = models.FileField(upload_to="look/", max_length=300, blank=True)
    logo_size = models.JSONField(default=list, help_text="Width and height in pixels.")
    picture = models.FileField(upload_to="look/", max_length=300, blank=True)
    picture_size = models.JSONField(default=list, help_text="Width and height in pixels.")
    links = models.JSONField(default=list, help_text="What the footer leads to: an address, and its words by language.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="look_is_one"),
            models.CheckConstraint(
                condition=(Q(main="") | Q(main__regex=_COLOUR)) & (Q(band="") | Q(band__regex=_COLOUR)),
                name="look_has_colours",
            ),
        ]

    def __str__(self) -> str:
        return "Look"
