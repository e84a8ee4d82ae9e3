"""The page of a package in a browser, as the person opens it from their disk."""

from contextlib import closing
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

pytestmark = [pytest.mark.django_db, pytest.mark.browser, pytest.mark.promise("P20")]


def test_the_page_is_accessible_on_phone_and_desk_light_and_dark(
    policy: PolicyVersion, browser: "Browser", tmp_path: Path
) -> None:
    person, asked = somebody(policy, "Aino").pk, []
    with closing(browser.new_page()) as page:
        page.on("request", lambda request: asked.append(request.url))
        files = [tmp_path / f"{language}.html" for language in ("en", "sv")]
        for file in files:
            file.write_text(package.html([person], policy=policy, language=file.stem, at=NOON))
            page.goto(file.as_uri())
            assert (file, violations_everywhere(page)) == (file, [])
    assert asked == [file.as_uri() for file in files]
