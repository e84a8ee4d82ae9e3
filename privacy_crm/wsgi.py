import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from privacy_crm import starting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")

_django = get_wsgi_application()
starting.refuse_unless_safe()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request. A Content-Type that cannot be read is none: Django fails at it before any page of ours."""
    try:
        parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except ValueError:
        environ["CONTENT_TYPE"] = ""
    return _django(environ, start_response)
