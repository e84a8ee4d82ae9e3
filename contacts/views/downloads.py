"""Hand out a whitepaper by the link that its reader got, which ends seven days after the proof (P6)."""

from pathlib import PurePath

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from contacts.models import Whitepaper
from contacts.outbox import links
from contacts.signups import proof
from contacts.signups.sign_ups import SignUpRefusedError, Wish
from contacts.views import refusals
from contacts.views.frame import Visit, framed


@cache_control(private=True, no_store=True)
@require_safe
@framed
def download(request: HttpRequest, visit: Visit, token: str) -> HttpResponseBase:
    """Stream the file as an attachment, or say why there is none."""
    at = timezone.now()
    try:
        made = proof.find(links.read_download(token), at=at)
        if made.whitepaper is None or made.contact is None:
            return refusals.unknown_link(visit)
        Wish.of_whitepaper(made.whitepaper).check(at)
        if not links.is_open(made, at):
            return refusals.ended_link(visit)
    except proof.SignUpGoneError:
        return refusals.ended_link(visit)
    except links.InvalidLinkError:
        return refusals.unknown_link(visit)
    except SignUpRefusedError as refusal:
        return refusals.refused(visit, refusal)
    return attachment(made.whitepaper)


def attachment(whitepaper: Whitepaper) -> FileResponse:
    """Return the file under the whitepaper's own short name: what it is stored as tells nothing."""
    name = f"{whitepaper.slug}{PurePath(str(whitepaper.file)).suffix}"
    return FileResponse(whitepaper.file.open("rb"), as_attachment=True, filename=name)
