"""A mailing as its readers will see it, in each language."""

from django.conf import settings
from django.utils import timezone

from contacts.delivery import mailing_trial
from contacts.mailings import drafts
from contacts.models import Mailing, PolicyVersion


def pages(mailing: Mailing) -> list[tuple[str, str, str]]:
    """Return the name of each language, the subject in it and the mail, empty where it is not written yet.

    Nothing is returned where no policy says who writes.
    """
    policy, at = PolicyVersion.objects.in_force(), timezone.now()
    if policy is None:
        return []
    unwritten = {language for language, _part in drafts.missing(mailing)}
    return [
        (
            str(name),
            mailing.subject.get(code, ""),
            "" if code in unwritten else mailing_trial.page(mailing, code, policy=policy, at=at),
        )
        for code, name in settings.LANGUAGES
    ]
