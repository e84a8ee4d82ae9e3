"""What a form says where too many guesses were made, or where nobody can count them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from privacy_crm.access import attempts


@contextmanager
def counted(request: HttpRequest, username: str, what: str) -> Iterator[None]:
    """Check a secret inside: the guess is counted before. Raises ValidationError, in words for the form."""
    try:
        attempts.take(request, username, what)
    except attempts.TooManyGuessesError:
        raise ValidationError(_("Too many failed attempts. Try again in five minutes.")) from None
    except attempts.NotNowError:
        raise ValidationError(_("We cannot check log-ins at the moment. Try again in a minute.")) from None
    yield
