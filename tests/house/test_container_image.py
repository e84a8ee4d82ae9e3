"""The image is not built here; what it would lack without anybody noticing is asked of its recipe."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

RECIPE = (settings.BASE_DIR / "Dockerfile").read_text()
COMPOSED = (settings.BASE_DIR / "docker-compose.yml").read_text()
READ_ME = (settings.BASE_DIR / "README.md").read_text()


def _copied() -> set[str]:
    return {Path(source).parts[0] for source in re.findall(r"^COPY (?!--)(\S+) \S+$", RECIPE, re.MULTILINE)}


def test_the_image_carries_every_app_and_every_folder_that_the_settings_name() -> None:
    apps_of_ours = {Path(app.path) for app in apps.get_app_configs()}
    folders = {*settings.TEMPLATES[0]["DIRS"], *settings.STATICFILES_DIRS, *settings.LOCALE_PATHS, *apps_of_ours}
    ours = {folder for folder in folders if ".venv" not in folder.parts and folder.is_relative_to(settings.BASE_DIR)}
    assert len(ours) > 5
    assert {folder.relative_to(settings.BASE_DIR).parts[0] for folder in ours} - _copied() == set()


def test_what_the_readme_lets_the_operator_set_reaches_the_product_in_its_containers() -> None:
    rows = re.findall(r"^\| (`[A-Z_]+`(?:, `[A-Z_]+`)*) \|", READ_ME, re.MULTILINE)
    told = {name for row in rows for name in re.findall("[A-Z_]+", row)}
    assert len(told) > 10
    assert told - set(re.findall(r"^    ([A-Z_]+):", COMPOSED, re.MULTILINE)) == set()
