"""The site as the world sees it: its name, and its TLS certificate."""

import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from urllib.parse import SplitResult

from privacy_crm.preflight import resolving
from privacy_crm.preflight.resolving import Resolver
from privacy_crm.preflight.results import Result, ok, wrong

FEWEST_DAYS = 14  # that a certificate has to last: renewals begin earlier

_PATIENCE = 10  # seconds
_REMEDY = "Point SITE_URL's name to the proxy in front, with a certificate for it."


def look(site: SplitResult, resolver: Resolver, at: dt.datetime, *, trust: str | None = None) -> Iterator[Result]:
    """Find the site's name, and open a connection to it.

    `trust` is a file of certificates to trust in place of the system's.
    """
    host = site.hostname or ""
    addresses = [*resolving.addresses(resolver, host)]
    if not addresses:
        yield wrong("Site's name", f"{host or 'SITE_URL'} has no address in the DNS", _REMEDY)
        return
    yield ok("Site's name", f"{host} is {', '.join(addresses)}")
    if site.scheme != "https":
        yield wrong("TLS", "SITE_URL does not begin with https://", _REMEDY)
        return
    yield _tls(host, addresses[0], site.port or 443, at, trust)


def _tls(host: str, address: str, port: int, at: dt.datetime, trust: str | None) -> Result:
    context = ssl.create_default_context(cafile=trust)
    try:
        with (
            socket.create_connection((address, port), timeout=_PATIENCE) as line,
            context.wrap_socket(line, server_hostname=host) as secured,
        ):
            certificate = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return wrong("TLS", f"the certificate is not trusted: {error.verify_message}", _REMEDY)
    except OSError as error:
        return wrong("TLS", f"no connection to port {port} ({type(error).__name__})", _REMEDY)
    ends = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), dt.UTC)
    days = (ends - at).days
    if days < FEWEST_DAYS:
        return wrong("TLS", f"the certificate ends in {days} days", "Renew it, and see why it was not renewed.")
    return ok("TLS", f"the certificate lasts {days} more days")
