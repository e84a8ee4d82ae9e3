"""The form of an act that cannot be undone: it says what will happen, in numbers, and asks for the request's number."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields
from contacts.admin.shared.acts import ActForm


class NumberedForm(ActForm):
    """Its `number` field comes last, after the fields of the subclass."""

    number = fields.text(gettext_lazy("Type the number of this request to go on"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        self.order_fields([*(name for name in self.fields if name != "number"), "number"])
        self.fields["number"].help_text = _("This cannot be undone. The number is %s.") % record.number

    def clean_number(self) -> str:
        typed: str = self.cleaned_data["number"].strip()
        if typed != self.record.number:
            raise ValidationError(_("This is not the number of this request. Nothing was done."))
        return typed
