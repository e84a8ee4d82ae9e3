"""The browser of the tests reaches our own servers alone, as the tests do."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("address", ["http://192.0.2.1/", "http://nordvik.example/"])
def test_no_page_beyond_this_machine_opens(browser: "Browser", address: str) -> None:
    page = browser.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto(address)
    page.close()
