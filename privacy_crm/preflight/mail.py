"""Our mail: what the sender's domain says in the DNS of who may send for it, and a mail that is really sent."""

import re
import smtplib
from collections.abc import Callable, Collection, Iterator
from email.utils import parseaddr

from django.core.mail import EmailMessage

from privacy_crm.preflight import resolving
from privacy_crm.preflight.resolving import NoAnswerError, Resolver
from privacy_crm.preflight.results import Result, ok, unknown, wrong

_TAGS = re.compile(r"\s*([A-Za-z]+)\s*=\s*([^;]*)")

_SUBJECT = "Privacy CRM: test mail"
_BODY = """This mail is a test: somebody ran `manage.py preflight --mail` with your address, and it has arrived.

You need not do anything. The headers of this mail say whether SPF, DKIM and DMARC passed.
"""


def sender(from_address: str, selectors: Collection[str], resolver: Resolver) -> Iterator[Result]:
    """Read what receivers look for before they believe that a mail is ours."""
    domain = parseaddr(from_address)[1].rpartition("@")[2].lower()
    if "." not in domain:
        yield wrong("Sender", f"DEFAULT_FROM_EMAIL is at {domain or 'no domain'}", "Set an address at your domain.")
        return
    yield ok("Sender", f"mails come from {domain}")
    yield _known("SPF", lambda: _spf(domain, resolver))
    if not selectors:
        yield unknown("DKIM", "DKIM_SELECTORS is not set", "Set it to the selectors that your mail provider names.")
    for selector in selectors:
        yield _known("DKIM", lambda selector=selector: _dkim(domain, selector, resolver))  # type: ignore[misc]
    yield _known("DMARC", lambda: _dmarc(domain, resolver))


def send(address: str) -> Iterator[Result]:
    """Send a mail the way that all others go."""
    try:
        EmailMessage(_SUBJECT, _BODY, to=[address]).send()
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", "")
        said = f"refused ({type(error).__name__}{f', {code}' if code else ''})"
        yield wrong("Mail", said, "Look at EMAIL_URL, and at what the mail server has logged.")
    else:
        yield ok("Mail", "the mail server took it; see whether it arrives")


def _known(name: str, look: Callable[[], Result]) -> Result:
    try:
        return look()
    except NoAnswerError as error:
        return wrong(name, f"the DNS did not answer ({error})", "Look at the resolver of this machine.")


def _spf(domain: str, resolver: Resolver) -> Result:
    """Look for the one record that RFC 7208 allows (section 3.2)."""
    found = [text for text in resolving.texts(resolver, domain) if re.match(r"v=spf1(\s|$)", text, re.IGNORECASE)]
    remedy = f"Publish one TXT record of {domain} that names your mail server, such as v=spf1 include:… -all."
    if not found:
        return wrong("SPF", f"{domain} has no record", remedy)
    if len(found) > 1:
        return wrong("SPF", f"{domain} has {len(found)} records, so receivers ignore all of them", remedy)
    if re.search(r"(^|\s)\+?all(\s|$)", found[0], re.IGNORECASE):
        return wrong("SPF", "it lets everybody send for the domain", remedy)
    return ok("SPF", found[0])


def _dkim(domain: str, selector: str, resolver: Resolver) -> Result:
    """Look for a public key (RFC 6376, section 3.6.1); an empty one was taken back."""
    name = f"{selector}._domainkey.{domain}"
    keys = [_tags(text).get("p", "") for text in resolving.texts(resolver, name)]
    if not any(keys):
        said = f"{name} has {'no key any more' if keys else 'no record'}"
        return wrong("DKIM", said, "Publish the record that your mail provider gives you.")
    return ok("DKIM", f"{selector} has a key")


def _dmarc(domain: str, resolver: Resolver) -> Result:
    """Look for the policy of the domain, or of the nearest one above it that has one (RFC 7489, section 6.6.3)."""
    labels = domain.split(".")
    for above in (".".join(labels[number:]) for number in range(len(labels) - 1)):
        found = [text for text in resolving.texts(resolver, f"_dmarc.{above}") if text.lower().startswith("v=dmarc1")]
        if len(found) == 1:
            return ok("DMARC", f"p={_tags(found[0]).get('p', 'none')} by _dmarc.{above}")
        if found:
            return wrong("DMARC", f"_dmarc.{above} has {len(found)} records, so receivers ignore all of them", _POLICY)
    return wrong("DMARC", f"_dmarc.{domain} has no record", _POLICY)


_POLICY = "Publish one TXT record such as v=DMARC1; p=quarantine; rua=mailto:…"


def _tags(text: str) -> dict[str, str]:
    return {name.lower(): value.strip() for name, value in _TAGS.findall(text)}
