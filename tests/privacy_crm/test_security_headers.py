import re

import pytest
from django.test import Client

from contacts.models import PolicyVersion

REST = "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
PUBLIC = f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; {REST}"
ADMIN = "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self'; " + REST


@pytest.mark.parametrize("url", ["/privacy/", "/", "/nowhere/"])
def test_public_pages_have_the_strict_policy(policy: PolicyVersion, client: Client, url: str) -> None:
    assert client.get(url)["Content-Security-Policy"] == PUBLIC


@pytest.mark.parametrize("url", ["/admin/", "/admin/login/", "/admin/nowhere/"])
def test_admin_pages_have_the_policy_that_unfold_needs_and_no_more(db: None, client: Client, url: str) -> None:
    assert client.get(url)["Content-Security-Policy"] == ADMIN


def test_public_pages_bring_no_style_and_no_script_of_their_own(policy: PolicyVersion, client: Client) -> None:
    text = client.get("/privacy/").content.decode()
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", text)


def test_no_page_can_be_framed_or_tells_other_sites_where_it_was(policy: PolicyVersion, client: Client) -> None:
    answer = client.get("/privacy/")
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
