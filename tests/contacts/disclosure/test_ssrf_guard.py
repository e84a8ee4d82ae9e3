"""Where no webhook goes: inside, back to ourselves, elsewhere on the second look, or where it is sent on to."""

from typing import Any

import pytest

from contacts.disclosure import ssrf_guard
from contacts.disclosure.ssrf_guard import TargetRefusedError

PUBLIC = "93.184.215.14"


def leads_to(*addresses: str) -> ssrf_guard.Resolve:
    return lambda _host, _port: list(addresses)


def test_a_public_address_is_taken_as_it_was_found() -> None:
    target = ssrf_guard.aim("https://Hooks.Example:8443/in?a=b#c", resolve=leads_to(PUBLIC, "2606:2800:21f::1"))
    assert (target.secure, target.host, target.port, target.address, target.path) == (
        True,
        "hooks.example",
        8443,
        PUBLIC,
        "/in?a=b",
    )


INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.7",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "feff:ffff::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    f"::ffff:{PUBLIC}",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:7",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
]


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(TargetRefusedError, match="not public"):
        ssrf_guard.aim("https://hooks.example/", resolve=leads_to(address))


def test_a_name_that_leads_inside_as_well_is_refused() -> None:
    with pytest.raises(TargetRefusedError, match="not public"):
        ssrf_guard.aim("https://hooks.example/", resolve=leads_to(PUBLIC, "10.0.0.7"))


@pytest.mark.parametrize("address", [each for each in INSIDE if "%" not in each])
def test_an_address_inside_is_refused_when_it_is_entered(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(TargetRefusedError, match="not public"):
        ssrf_guard.check(f"https://{host}/")


@pytest.mark.parametrize("spelled", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost"])
def test_no_spelling_of_this_machine_gets_through(spelled: str) -> None:
    with pytest.raises((TargetRefusedError, OSError)):
        ssrf_guard.aim(f"https://{spelled}/")


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "//hooks.example/",
        "https://",
        "https://hooks.example:0/",
        "https://hooks.example:99999/",
        "https://me@hooks.example/",
        "https://hooks.example/a b",
        "https://hooks.example/\r\nHost: other",
        "https://hööks.example/",
        "https://[::1/",
    ],
)
def test_whatever_is_no_webhooks_address_is_refused_without_looking_it_up(url: str) -> None:
    def never(_host: str, _port: int) -> list[str]:
        raise AssertionError

    with pytest.raises(TargetRefusedError):
        ssrf_guard.check(url)
    with pytest.raises(TargetRefusedError):
        ssrf_guard.aim(url, resolve=never)


def test_development_may_talk_to_its_own_machine_and_to_nobody_else_inside(settings: Any) -> None:
    settings.WEBHOOKS_MAY_BE_LOCAL = True
    assert ssrf_guard.aim("http://localhost:8000/", resolve=leads_to("127.0.0.1")).address == "127.0.0.1"
    for address in ("10.0.0.7", "169.254.169.254", "::ffff:127.0.0.1", "0.0.0.0"):  # noqa: S104
        with pytest.raises(TargetRefusedError):
            ssrf_guard.aim("http://localhost:8000/", resolve=leads_to(address))


def test_a_name_without_an_address_is_an_error_of_the_network() -> None:
    with pytest.raises(OSError, match="no address"):
        ssrf_guard.aim("https://hooks.example/", resolve=leads_to())
    with pytest.raises(OSError, match="no such name"):
        ssrf_guard.aim(f"https://{'a' * 70}.example/")
