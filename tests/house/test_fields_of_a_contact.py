"""What a person's record says must be corrected, merged and named everywhere: a new field that is not would be lost."""

import pytest
from django.utils import translation

from contacts.disclosure import notice_words
from contacts.merging.merging import CHOSEN
from contacts.models import Contact, RecipientNotice
from contacts.people.correcting import CORRECTABLE
from contacts.words.categories import FIELDS
from contacts.words.vocabulary import NoticeKind
from dsr.letters.corrections import CALLED
from dsr.records import paper_words

HELD = {name for names in FIELDS.values() for name in names}
TYPED = HELD - {"address_hash", "mailbox_hash", "organisation"}


@pytest.mark.promise("P19")
def test_every_detail_can_be_corrected() -> None:
    assert TYPED - {"email"} <= set(CORRECTABLE)  # the address has an act of its own


@pytest.mark.promise("P1")
def test_every_detail_is_chosen_or_goes_along_when_two_records_are_merged() -> None:
    carried = {column for columns in CHOSEN.values() for column in columns}
    assert {Contact._meta.get_field(name).attname for name in HELD} <= carried


@pytest.mark.parametrize("name", sorted(TYPED))
def test_every_detail_has_a_name_of_its_own_in_swedish_letters_notices_and_papers(name: str) -> None:
    with translation.override("sv"):
        notice = RecipientNotice(kind=NoticeKind.RECTIFIED, details=[name])
        [(paper, _value)] = paper_words.rows({name: "x"})
        assert name not in [str(CALLED[name]), paper, *notice_words.what_to_do(notice).replace(":", " ").split()]
