"""Which network a request came from, with and without proxies of ours, and with headers that somebody made up."""

import pytest
from django.conf import LazySettings
from django.test import RequestFactory

from contacts.signups import limits

VISITOR, FORGED, OURS = "198.51.100.23", "203.0.113.77", "10.0.0.2"


def seen(header: str | None, hops: int, settings: LazySettings, remote: str = OURS) -> str:
    settings.PROXY_HOPS = hops
    said = {} if header is None else {"HTTP_X_FORWARDED_FOR": header}
    return limits.network_of(RequestFactory().get("/", REMOTE_ADDR=remote, **said))


@pytest.mark.parametrize(
    ("hops", "header", "network"),
    [
        (0, None, OURS),
        (0, VISITOR, OURS),
        (1, VISITOR, VISITOR),
        (1, f"{FORGED}, {VISITOR}", VISITOR),
        (1, f"{FORGED},{FORGED} , {VISITOR} ", VISITOR),
        (2, f"{VISITOR}, 10.0.0.9", VISITOR),
        (2, f"{FORGED}, {VISITOR}, 10.0.0.9", VISITOR),
        (3, f"{FORGED}, {VISITOR}, 10.0.0.8, 10.0.0.9", VISITOR),
        # Whoever comes past the outer proxy is who the inner one says they are.
        (2, VISITOR, VISITOR),
        (1, None, OURS),
        (1, "", OURS),
        (1, " , ", OURS),
    ],
)
def test_the_visitor_is_who_our_outermost_proxy_was_called_by(
    hops: int, header: str | None, network: str, settings: LazySettings
) -> None:
    assert seen(header, hops, settings) == network


@pytest.mark.parametrize(
    ("entry", "network"),
    [
        (f"{VISITOR}:50123", VISITOR),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:50123", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        (f"::ffff:{VISITOR}", VISITOR),
        # What is no address is nobody's: the proxy itself is counted, and nobody chooses what they are counted under.
        ("unknown", OURS),
        ("'; DROP TABLE", OURS),
        ("999.1.1.1", OURS),
    ],
)
def test_an_entry_is_read_as_proxies_write_it(entry: str, network: str, settings: LazySettings) -> None:
    assert seen(f"{FORGED}, {entry}", 1, settings) == network


def test_a_server_on_a_socket_of_this_machine_has_no_address(settings: LazySettings) -> None:
    assert seen(None, 0, settings, remote="") == ""
    assert seen(VISITOR, 1, settings, remote="") == VISITOR
