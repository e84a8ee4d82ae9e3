"""What the cells of an uploaded list are taken for: texts, whatever they look like, and nobody has to guess."""

import pytest

from contacts.models import Contact, PolicyVersion
from tests.support.uploading import AINO, VAINO, as_csv, as_xlsx, bring_in, look_through, receive

pytestmark = pytest.mark.django_db(transaction=True)

VAINOS = [VAINO, "Väinö", "Odotus", "", "FI"]


def test_rows_that_have_more_cells_than_the_header_are_refused_not_guessed(policy: PolicyVersion) -> None:
    upload = look_through(receive(b"Email,Name\na@x.example,Aino\nb@x.example,Lindqvist,Aino\n"), policy)
    assert upload.preview["new"] == 1
    assert upload.rejects == [[3, "email", "more cells than columns"]]


def test_rows_of_commas_alone_are_nobody(policy: PolicyVersion) -> None:
    upload = look_through(receive(b",,\nEmail,First name,\n,,\na@x.example,Aino,\n , ,\n,,\n"), policy)
    assert (upload.preview["rows"], upload.preview["new"], upload.rejects) == (1, 1, [])


def test_a_huge_cell_refuses_its_row_alone(policy: PolicyVersion) -> None:
    upload = look_through(receive(as_csv([[AINO, "A" * 20_000, "", "", ""], VAINOS])), policy)
    assert upload.preview["new"] == 1
    assert upload.rejects == [[2, "first_name", "text too long"]]


def test_formulas_come_in_as_the_texts_that_they_are(policy: PolicyVersion) -> None:
    said = '=HYPERLINK("http://x.example")'
    bring_in(look_through(receive(as_csv([[AINO, said, "+1", "", ""]])), policy), policy)
    assert Contact.objects.get().first_name == said


def test_a_formula_of_a_workbook_counts_for_the_value_that_was_stored_with_it(policy: PolicyVersion) -> None:
    # openpyxl stores none.
    bring_in(look_through(receive(as_xlsx([[AINO, '=CONCATENATE("A","ino")', "Lindqvist", "", ""]])), policy), policy)
    assert Contact.objects.get().first_name == ""


def test_one_full_name_becomes_two(policy: PolicyVersion) -> None:
    rows = [[AINO, "Aino Maria Lindqvist"], [VAINO, "Odotus, Väinö"], ["x@y.example", "Ada"]]
    bring_in(look_through(receive(as_csv(rows, ["Mail", "Name"])), policy), policy)
    names = set(Contact.objects.values_list("first_name", "last_name"))
    assert names == {("Aino Maria", "Lindqvist"), ("Väinö", "Odotus"), ("Ada", "")}


def test_of_several_columns_for_one_thing_the_first_that_is_filled_counts(policy: PolicyVersion) -> None:
    header = ["Mobile Phone", "E-mail Address", "Business Phone"]
    bring_in(look_through(receive(as_csv([["070", AINO, "08"], ["071", VAINO, ""]], header)), policy), policy)
    assert dict(Contact.objects.values_list("email", "phone")) == {AINO: "08", VAINO: "071"}
