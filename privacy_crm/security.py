"""What a browser may load: nothing but our own files, with the one exception that the admin needs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP

PUBLIC = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

# Unfold's Alpine evaluates expressions in attributes, and Unfold writes its colours and sizes into styles. Its scripts
# are all files: an inline script, which is what an attacker would bring, runs here as little as on the public pages.
ADMIN = PUBLIC | {
    "script-src": [CSP.SELF, CSP.UNSAFE_EVAL],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}


# The admin, and where staff log in and look after their accounts.
OF_STAFF = ("/admin/", "/account/")


class AdminPolicy:
    """Give the pages of staff, and those alone, the policy that Unfold needs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(OF_STAFF):
            setattr(response, "_csp_config", ADMIN)  # noqa: B010 - the attribute that csp_override sets, untyped
        return response
