"""The package as one HTML page that needs nothing beside itself: no script, no picture, no address of ours."""

from typing import Any

from django.template.loader import render_to_string

from contacts.look import look


def html(spoken: dict[str, Any]) -> str:
    """Return the page. Whatever a person typed is text in it."""
    return render_to_string(
        "package/access.html", {"it": spoken, "words": spoken["words"], "tokens": look.stylesheet(look.current())}
    )
