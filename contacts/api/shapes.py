"""Say in words, the form's where it has some, why a body has not the shape that the API describes."""

from collections.abc import Sequence
from typing import Any

from ninja.errors import ValidationErrorContext

from contacts.api import problems
from contacts.api.problems import ProblemError
from contacts.signups.forms import SignUpForm

_OWN = {
    "bool_type": "Write true or false.",
    "dict_type": "Send one JSON object.",
    "extra_forbidden": "We do not ask for this. Leave it out.",
    "int_type": "Write a whole number.",
    "missing": "This is needed.",
    "model_type": "Send one JSON object.",
    "string_type": "Write this as text.",
}


def problem(contexts: Sequence[ValidationErrorContext[Any]]) -> ProblemError:
    """Return the refusal for what pydantic found: 404 where the address is wrong, else 422 with words by field."""
    errors: dict[str, list[str]] = {}
    for context in contexts:
        for error in context.pydantic_validation_error.errors(include_url=False):
            if context.model.__ninja_param_source__ == "path":
                return problems.unknown()
            name = str(error["loc"][-1])
            errors.setdefault(name, []).append(_word(name, error))
    return problems.invalid(errors)


def unasked() -> str:
    """Return what is said to a field that the API knows, and this form does not ask for."""
    return _OWN["extra_forbidden"]


def _word(name: str, error: Any) -> str:
    return _form_word(name, error) or _OWN.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")


def _form_word(name: str, error: Any) -> str:
    """Return what the form says to the same mistake, if it has that field."""
    if name not in SignUpForm.base_fields:
        return ""
    messages = SignUpForm.base_fields[name].error_messages
    typed = error["input"]
    if error["type"] == "missing" or (isinstance(typed, str) and not typed.strip()):
        return str(messages["required"])
    if error["type"] == "string_too_long":
        return str(messages["max_length"]) % {"limit_value": error["ctx"]["max_length"], "show_value": len(typed)}
    return str(messages["control"]) if error["type"] == "string_pattern_mismatch" else ""
