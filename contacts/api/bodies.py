"""What a post holds: the fields of the form and no more (P2), with the lengths that the form itself has.

Types, lengths and control characters are looked at here, meaning by the form.
"""

from typing import Annotated, Any, Literal

from django.conf import settings
from django_countries import countries
from email_validator import SPECIAL_USE_DOMAIN_NAMES
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from contacts.signups.forms import SignUpForm

LONGEST_ANSWER = 8_000  # characters of a solved challenge
LATEST_POLICY = 2**31 - 1

# The characters that the form's OneLine refuses (contacts.fields), but lone surrogates, which no JSON text has.
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
ONE_LINE = f"^[^{_CONTROL}]*$"
WORDS = rf"^[^{_CONTROL}]*[^{_CONTROL}\s][^{_CONTROL}]*$"

# What an address may be besides its form: no domain that is kept for use on one network (RFC 6761).
_ADDRESS: JsonDict = {"format": "email", "pattern": f"^(?!.*[.@](?:{'|'.join(SPECIAL_USE_DOMAIN_NAMES)})$)"}

_LANGUAGES = [code for code, _ in settings.LANGUAGES]


def _known(language: str) -> str:
    if language not in _LANGUAGES:
        raise ValueError(f"Name one of these languages: {', '.join(_LANGUAGES)}.")
    return language


type Language = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": _LANGUAGES})]


def _whole(number: Any) -> Any:
    """JSON knows numbers alone: 3.0 is a whole one (JSON Schema 2020-12, 4.2.3)."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


def line(name: str, *, required: bool = False, **schema: Any) -> Any:
    """Return a text of the form, as long as it may be there."""
    return Field(
        ... if required else "",
        max_length=SignUpForm.base_fields[name].max_length,  # type: ignore[attr-defined]
        pattern=WORDS if required else ONE_LINE,
        json_schema_extra=schema or None,
    )


class SignUpBody(BaseModel):
    """What every sign-up may hold."""

    model_config = ConfigDict(extra="forbid", strict=True)

    policy_version: Annotated[int, BeforeValidator(_whole)] = Field(
        ge=1, le=LATEST_POLICY, description="The version of the note that you showed: `policy_version` of the note."
    )
    language: Language | None = Field(
        None, description="The visitor's language, in which our mail is written. Default: Accept-Language."
    )
    email: str = Field(max_length=SignUpForm.base_fields["email"].max_length, json_schema_extra=_ADDRESS)  # type: ignore[attr-defined]
    first_name: str = line("first_name")
    last_name: str = line("last_name")
    company: str = line("company")
    job_title: str = line("job_title")
    phone: str = line("phone")
    address: str = line("address")
    postal_code: str = line("postal_code")
    city: str = line("city")
    country: str = Field("", json_schema_extra={"enum": ["", *(code for code, _ in countries)]})
    consent_email: bool = Field(False, description="A box that was unticked at first, with the note's wording.")
    consent_phone: bool = Field(False, description="A box that was unticked at first, with the note's wording.")
    altcha: str = Field("", max_length=LONGEST_ANSWER, description="The solved challenge; a server leaves it out.")

    def typed(self) -> dict[str, Any]:
        """Return the data for the form."""
        return self.model_dump(exclude={"policy_version", "language", "altcha"}) | {"policy": self.policy_version}


class WhitepaperSignUp(SignUpBody):
    """Somebody asks for a whitepaper."""


# Food without its consent is refused, so a schema that says less would promise more than we take (P8).
_FOOD_NEEDS_CONSENT: JsonDict = {
    "anyOf": [
        {"properties": {"food": {"maxLength": 0}}},
        {"properties": {"food_consent": {"const": True}}, "required": ["food_consent"]},
    ]
}


class EventSignUp(SignUpBody):
    """Somebody asks for a place; food is for physical events alone."""

    model_config = ConfigDict(json_schema_extra=_FOOD_NEEDS_CONSENT)

    first_name: str = line("first_name", required=True)
    last_name: str = line("last_name", required=True)
    food: str = line("food")
    food_consent: bool = Field(False, description="The explicit consent to note the food, with the note's wording.")


class RegistrationBody(SignUpBody):
    """A contact of a customer or partner registers."""

    scenario: Literal["customer", "partner"]
    first_name: str = line("first_name", required=True)
    last_name: str = line("last_name", required=True)
    company: str = line("company", required=True)
