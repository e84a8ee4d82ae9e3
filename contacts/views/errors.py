"""What is answered where no page of ours was reached, or one failed: in our frame, in the visitor's words.

The staff's pages keep what Django says there. What failed may have failed with the database, so that it is told without
anything from there.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import defaults

from contacts.views import language as languages
from contacts.views.frame import Visit, framed
from contacts.views.posts import unreadable


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400 for a request that cannot be read; nothing of it is read for this answer either."""
    if _is_of_staff(request):
        return defaults.bad_request(request, exception)
    request.GET, request.POST = QueryDict(), QueryDict()
    return _say(request, unreadable, HTTPStatus.BAD_REQUEST)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 for an address that nothing has."""
    return defaults.page_not_found(request, exception) if _is_of_staff(request) else _nothing(request)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 for a post without the token that its page had: to a page that takes none, or by somebody else."""
    return _say(request, _forged, HTTPStatus.FORBIDDEN)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer 500, in the visitor's language and with the switch to the others."""
    request.POST = QueryDict()  # reading it may be what failed
    language = languages.chosen(request, list(dict(settings.LANGUAGES)))
    spoken = [translation.get_language_info(code) for code, _name in settings.LANGUAGES]
    with translation.override(language):
        said = {"language": language, "languages": spoken}
        return render(request, "500.html", said, status=HTTPStatus.INTERNAL_SERVER_ERROR)


@framed
def _say(_request: HttpRequest, visit: Visit, words: Callable[[], dict[str, str]], status: HTTPStatus) -> HttpResponse:
    return visit.show("contacts/message.html", words(), status=status)


def _forged() -> dict[str, str]:
    return {
        "heading": _("We did not take this"),
        "text": _("Nothing was stored. Open the page again, and send it once more."),
    }


@framed
def _nothing(_request: HttpRequest, _visit: Visit) -> HttpResponse:
    raise Http404


def _is_of_staff(request: HttpRequest) -> bool:
    return request.path.startswith("/admin/")
