"""A mail whose machine-read headers stay whole."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage as Built
from email.message import Message
from email.policy import EmailPolicy, Policy, default
from typing import Any

from django.core.mail import EmailMultiAlternatives

_WHOLE = frozenset({"list-unsubscribe", "list-unsubscribe-post", "message-id"})


class _WholeLinks(EmailPolicy):
    """Python breaks a long address in a header into encoded words, which no mail program reads as a link (RFC 8058).

    RFC 5322 section 2.1.1 lets a line have 998 characters; these have some 200.
    """

    def fold(self, name: str, value: Any) -> str:
        return f"{name}: {value}{self.linesep}" if name.lower() in _WHOLE else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii") if name.lower() in _WHOLE else super().fold_binary(name, value)


class Envelope(EmailMultiAlternatives):
    """`metadata` travels with the mail to a provider, and comes back when the provider reports on it."""

    metadata: dict[str, str]

    def digest(self) -> str:
        """Return the SHA-256 of what its reader reads: subject, text and HTML, with a line feed at each line's end.

        It holds whatever a server on the way does to headers and encodings.
        """
        texts = [str(self.subject), str(self.body), *(str(content) for content, _ in self.alternatives)]
        return hashlib.sha256("\0".join(texts).encode()).hexdigest()

    def message(self, *, policy: Policy[Message] | None = default) -> Built:
        return super().message(policy=_WholeLinks(linesep=(policy or default).linesep))
