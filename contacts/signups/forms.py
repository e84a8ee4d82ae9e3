"""What a visitor may type, and what is wrong with it: the pages and the API both read it through these forms (P2)."""

from collections.abc import Iterator, Mapping
from copy import copy
from functools import cache, cached_property, lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import BaseChoiceIterator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from contacts.base.fields import LONGEST, Address, Country, OneLine
from contacts.models import PolicyVersion
from contacts.policy.policy_words import Promise, promise
from contacts.signups.sign_ups import Typed, Wish
from contacts.words.categories import OPTIONAL_FIELDS
from contacts.words.vocabulary import Channel, SignUpKind

LONGEST_FOOD = 300

# The HTML name of each field in a browser's own address book (WCAG 2.2, 1.3.5).
_AUTOCOMPLETE = {
    "first_name": "given-name",
    "last_name": "family-name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
    "job_title": "organization-title",
    "address": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
    "country": "country",
}


class SignUpForm(forms.Form):
    """The fields of one wish, under one version of the policy; `policy` names the one that the visitor was shown."""

    email = Address(label=gettext_lazy("Work e-mail"), max_length=254)
    first_name = OneLine(
        label=gettext_lazy("First name"),
        max_length=LONGEST,
        required=False,
        error_messages={"required": gettext_lazy("Enter your first name.")},
    )
    last_name = OneLine(
        label=gettext_lazy("Last name"),
        max_length=LONGEST,
        required=False,
        error_messages={"required": gettext_lazy("Enter your last name.")},
    )
    company = OneLine(
        label=gettext_lazy("Company"),
        max_length=LONGEST,
        required=False,
        error_messages={"required": gettext_lazy("Enter the name of your company.")},
    )
    job_title = OneLine(label=gettext_lazy("Your role"), max_length=LONGEST, required=False)
    phone = OneLine(label=gettext_lazy("Phone"), max_length=50, required=False, widget=forms.TextInput({"type": "tel"}))
    address = OneLine(label=gettext_lazy("Address"), max_length=LONGEST, required=False)
    postal_code = OneLine(label=gettext_lazy("Postal code"), max_length=20, required=False)
    city = OneLine(label=gettext_lazy("City"), max_length=LONGEST, required=False)
    country = Country(
        label=gettext_lazy("Country"),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose a country from the list.")},
    )
    consent_email = forms.BooleanField(required=False)
    consent_phone = forms.BooleanField(required=False)
    food = OneLine(label=gettext_lazy("Do you have dietary needs?"), max_length=LONGEST_FOOD, required=False)
    food_consent = forms.BooleanField(required=False)
    policy = forms.IntegerField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), gettext_lazy("Reload the page, and send again.")),
    )

    def __init__(self, *args: Any, wish: Wish, in_force: PolicyVersion, language: str, **options: Any) -> None:
        """`in_force` is the published policy and `language` the visitor's, which is active."""
        self.wish, self.in_force, self.language = wish, in_force, language
        super().__init__(*args, **options)
        self.fields["policy"].initial = in_force.number
        self._prepare()

    @classmethod
    def filled(cls, data: Mapping[str, Any], *, wish: Wish, in_force: PolicyVersion, language: str) -> "SignUpForm":
        """Return a form to validate and not to show: it shares its fields, which nobody changes, with others alike.

        Django copies them deeply for each form, which took a sixth of a post's time (docs/performance.md).
        """
        blank = Wish(wish.kind, wish.scenario, asked=wish.asked, asks_food=wish.asks_food)
        form = copy(_blank(blank, in_force, in_force.digest, language))
        form.wish, form.data, form.is_bound = wish, data, True
        vars(form).update(_errors=None, _bound_fields_cache={})  # as forms.BaseForm.__init__ does
        return form

    @cached_property
    def note(self) -> Promise:
        """The short note that stands by the button (P14)."""
        return promise(self.in_force.rule(self.wish.scenario), self.language)

    def typed(self) -> Typed:
        """Return what was typed, once the form is valid."""
        return Typed(language=self.language, **{name: self.cleaned_data.get(name, "") for name in _AUTOCOMPLETE})

    def consents(self) -> dict[str, str]:
        """Return the wording of each box that was ticked, as it was shown, by channel."""
        ticked = [channel for channel in (Channel.EMAIL, Channel.PHONE) if self.cleaned_data[f"consent_{channel}"]]
        return {channel.value: str(self.fields[f"consent_{channel}"].label) for channel in ticked}

    def food_told(self) -> str:
        """Return the food preference, which is never there without its own consent (P8)."""
        return str(self.cleaned_data.get("food", ""))

    def is_outdated(self) -> bool:
        """Tell whether a newer policy was published while the form was open."""
        return self.has_error("policy", "outdated")

    def clean_policy(self) -> int:
        shown: int = self.cleaned_data["policy"]
        if shown != self.in_force.number:
            raise ValidationError(
                _("Our privacy policy has changed since you opened this page. Read the new note, and send again."),
                code="outdated",
            )
        return shown

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("food") and not data.get("food_consent"):
            self.add_error(
                "food_consent",
                ValidationError(
                    _("Tick the box, so that we may note what you eat, or leave the field above empty."),
                    code="food_without_consent",
                ),
            )
        return data

    def _prepare(self) -> None:
        required = set(self._required())
        for name in required:
            self.fields[name].required = True
        for name in set(OPTIONAL_FIELDS) - {*self.wish.asked, *required}:
            del self.fields[name]
        if self.wish.asks_food:
            self.fields["food_consent"].label = food_wording()
        else:
            del self.fields["food"], self.fields["food_consent"]
        for channel in (Channel.EMAIL, Channel.PHONE):
            self.fields[f"consent_{channel}"].label = wording(channel, self.in_force)
        if "country" in self.fields:
            self.fields["country"].choices = _countries(self.language)  # type: ignore[attr-defined]
        for name in _AUTOCOMPLETE.keys() & self.fields.keys():
            self.fields[name].widget.attrs["autocomplete"] = _AUTOCOMPLETE[name]

    def _required(self) -> Iterator[str]:
        """Yield what cannot be done without: guests wear a badge, and a customer belongs to a company."""
        if self.wish.kind in {SignUpKind.EVENT, SignUpKind.REGISTER}:
            yield from ("first_name", "last_name")
        if self.wish.kind == SignUpKind.REGISTER:
            yield "company"


@lru_cache(maxsize=64)
def _blank(wish: Wish, in_force: PolicyVersion, _digest: str, language: str) -> SignUpForm:
    return SignUpForm(wish=wish, in_force=in_force, language=language)


class _Sorted(BaseChoiceIterator):
    """Choices as they are: at each one of a list, Django would look again for every form."""

    def __init__(self, choices: list[tuple[str, str]]) -> None:
        self.choices = choices

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.choices)


@cache
def _countries(language: str) -> _Sorted:
    """Return the choices of countries, sorted as the language does; it is active. Sorting them takes a while."""
    return _Sorted([("", _("Choose a country")), *((code, str(name)) for code, name in countries)])


def wording(channel: Channel, policy: PolicyVersion) -> str:
    """Return what stands beside the unticked box, and is stored as it was shown (P11)."""
    company = str(policy.controller["name"])
    if channel == Channel.EMAIL:
        return _("Yes, %s may e-mail me news about related services. I can stop this at any time.") % company
    if channel == Channel.PHONE:
        return _("Yes, %s may call me about related services. I can stop this at any time.") % company
    return _("Yes, %s may send me news by post. I can stop this at any time.") % company


def food_wording() -> str:
    """Return the explicit consent that food preferences need (Art. 9(2)(a) GDPR)."""
    return _(
        "Yes, you may note what I wrote about my food, to serve me at this event. It can reveal my health or belief."
        " You delete it straight after the event, and I can take this back at any time."
    )
