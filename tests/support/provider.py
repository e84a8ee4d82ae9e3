"""A mail provider reached by HTTP, as django-anymail sees one: it refuses addresses, or cannot be reached."""

from typing import Any

from anymail.backends import test
from anymail.exceptions import AnymailAPIError
from anymail.message import AnymailRecipientStatus

AWAY = "away"


def provider(**answers: str) -> dict[str, dict[str, Any]]:
    """Return the mailers of a provider. `answers` says, for what comes before the @, "rejected" or AWAY; or "sent"."""
    return {"default": {"BACKEND": f"{__name__}.EmailBackend", "OPTIONS": {"answers": answers}}}


class EmailBackend(test.EmailBackend):
    def __init__(self, *args: Any, answers: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answers = answers

    def post_to_esp(self, payload: Any, message: Any) -> Any:
        answers = {address: self.answers.get(address.partition("@")[0], "sent") for address in payload.recipient_emails}
        if AWAY in answers.values():
            raise AnymailAPIError("no route")
        if set(answers.values()) == {"sent"}:
            return super().post_to_esp(payload, message)
        statuses = {address: AnymailRecipientStatus(None, answer) for address, answer in answers.items()}
        return {"recipient_status": statuses}
