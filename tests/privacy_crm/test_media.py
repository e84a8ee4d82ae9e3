"""Where files are kept, as one URL says it."""

import pytest

from privacy_crm import media


def test_without_a_url_files_are_kept_in_a_folder() -> None:
    assert media.storage("")["BACKEND"].endswith("FileSystemStorage")


def test_a_storage_of_ones_own_is_asked_at_its_host() -> None:
    options = media.storage("s3://us%2Ber:pa%2Fss@storage.example:9000/crm?region=eu-north-1&tls=0")["OPTIONS"]
    assert (options["access_key"], options["secret_key"]) == ("us+er", "pa/ss")
    assert (options["endpoint_url"], options["bucket_name"]) == ("http://storage.example:9000", "crm")
    assert options["region_name"] == "eu-north-1"
    config = options["client_config"]
    assert (config.s3, config.connect_timeout, config.read_timeout) == ({"addressing_style": "path"}, 3, 10)


def test_without_a_host_and_a_key_they_are_looked_for_by_the_library() -> None:
    options = media.storage("s3:///crm")["OPTIONS"]
    assert {options[name] for name in ("endpoint_url", "access_key", "secret_key", "region_name")} == {None}


@pytest.mark.parametrize("url", ["https://storage.example/crm", "s3://storage.example", "s3://host/crm/folder"])
def test_what_names_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="MEDIA_URL must be"):
        media.storage(url)


def test_a_misspelled_option_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="region and tls"):
        media.storage("s3://host/crm?secure=0")
