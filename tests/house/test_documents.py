"""The pages for those who work on the code lead to what is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    *("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"),
    *("docs/glossary.md", "docs/stored_copies.md", "docs/performance.md", "docs/jobs.md", "docs/operations.md"),
)


@pytest.mark.parametrize("name", PAGES)
def test_every_file_and_folder_that_a_page_names_is_there(name: str) -> None:
    page = ROOT / name
    text = page.read_text(encoding="utf-8")
    linked = {page.parent / target for target in re.findall(r"\]\((?!https?:)([^)#]+)", text)}
    named = {ROOT / path for path in re.findall(r"`(\.?[a-z][\w.-]*/[\w./-]+)`", text)}
    missing = [str(path) for path in linked | named if not path.exists()]
    assert linked or named
    assert not missing
