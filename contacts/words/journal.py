"""The vocabulary of the journal: what happened that a restore must not undo, and what staff look at again after one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JournalAct(models.TextChoices):
    """What a line of the journal says. The words stand in segments that outlive this code: none is ever renamed."""

    DELETED = "deleted", _("deleted")
    REDUCED = "reduced", _("reduced to what the law requires")
    FORGOTTEN = "forgotten", _("what waited under an address was deleted")
    KEPT_OUT = "kept_out", _("nobody brings the address back")
    ANSWERED = "answered", _("a request for deletion was answered")
    OBJECTED = "objected", _("objected to marketing, or withdrew a consent")
    REOPENED = "reopened", _("said themselves that a channel is open again")
    BASIS_ENDED = "basis_ended", _("objected to a use that rested on our interest, and it ended")
    FROZEN = "frozen", _("frozen or restricted")
    RELEASED = "released", _("a freeze or a restriction ended")
    TOPIC_STOPPED = "topic_stopped", _("unsubscribed from topics")
    TOPIC_REOPENED = "topic_reopened", _("subscribed to topics again")
    PLACE_GIVEN_UP = "place_given_up", _("gave up a place at an event")
    PLACE_TAKEN = "place_taken", _("took a place again that they had given up")
    FOOD = "food", _("took back what they had said about their food")
    LOOK = "look", _("changed by the person's word")
    ACCOUNT_CLOSED = "account_closed", _("an account was closed")
    KEY_REVOKED = "key_revoked", _("an API key was revoked")
    ACTING_ENDED = "acting_ended", _("somebody acts for a person no more")
    AUDIT_SEALED = "audit_sealed", _("entries of the audit trail were sealed")


class LookWhy(models.TextChoices):
    """Why staff look at somebody again after a restore: what was done is known, its words are not."""

    CORRECTED = "corrected", _("details were corrected")
    ADDRESS = "address", _("the e-mail address was changed")
    CONTESTED = "contested", _("the owner of the earlier e-mail address says that the new one is wrong")
    LEFT = "left", _("the person left the organisation")
    REDUCED = "reduced", _("reduced to what a law requires, and no such duty is on record here")
    TOPIC = "topic", _("unsubscribed from a topic that is not on record here")
    OBJECTED = "objected", _("objected to a use of their data, and nothing else on record here says why we hold them")
    FROZEN = "frozen", _("a freeze was placed, for a request or a claim that is not on record here")
