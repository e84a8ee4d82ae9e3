from pathlib import Path

import pytest

from privacy_crm.mail import mailer

HERE = Path("/somewhere")


def test_files_are_written_below_the_folder_given() -> None:
    assert mailer("files://", HERE)["OPTIONS"] == {"file_path": "/somewhere"}


def test_an_smtp_url_gives_host_port_and_an_unquoted_password() -> None:
    options = mailer("smtp://crm:p%40ss@mail.example:2525?tls=1", HERE)["OPTIONS"]
    assert (options["host"], options["port"], options["password"]) == ("mail.example", 2525, "p@ss")
    assert options["use_tls"] is True
    assert options["use_ssl"] is False


def test_smtps_speaks_tls_from_the_first_byte_on_its_own_port() -> None:
    options = mailer("smtps://mail.example", HERE)["OPTIONS"]
    assert (options["port"], options["use_ssl"], options["use_tls"]) == (465, True, False)


def test_an_unknown_kind_of_url_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        mailer("pigeon://loft", HERE)
