"""The page of a package in a browser, as the person opens it from their disk."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contacts.models import PolicyVersion
from dsr import package
from tests.support.accessible import violations_everywhere
from tests.support.factories import NOON
from tests.support.packaged import somebody

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.promise("P20")]


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_page_is_accessible_on_phone_and_desk_light_and_dark(
    policy: PolicyVersion, browser: "Browser", tmp_path: Path, language: str
) -> None:
    file = tmp_path / "access.html"
    file.write_text(package.html([somebody(policy, "Aino").pk], policy=policy, language=language, at=NOON))
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert violations_everywhere(page) == []
    assert asked == [file.as_uri()]
    page.close()
