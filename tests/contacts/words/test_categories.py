import pytest

from contacts.models import Contact
from contacts.words.categories import FIELDS, Category, blank

NO_CATEGORY = {
    *("id", "public_id", "language", "last_activity_on", "minimised_on"),
    *("address_trust", "address_trust_reason", "address_trust_since"),
    *("bounced_on", "left_on", "frozen_through", "restricted_through", "corrected"),
}


@pytest.mark.promise("P2")
def test_a_contact_holds_the_policys_categories_and_nothing_else() -> None:
    held = {field.name for field in Contact._meta.concrete_fields}
    assert held - NO_CATEGORY == {name for names in FIELDS.values() for name in names}


def test_every_category_but_food_has_fields_of_the_contact() -> None:
    assert set(FIELDS) == set(Category) - {Category.FOOD_PREFERENCES}


def test_what_may_be_absent_is_emptied_to_null_and_text_to_the_empty_text() -> None:
    assert blank({Category.COMPANY, Category.PHONE}) == {"company": "", "organisation": None, "phone": ""}
