"""The form that says what the columns of a list are, and what holds for everybody in it."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.admin.shared import fields as inputs
from contacts.admin.shared.acts import ActForm
from contacts.admin.shared.base import company_day
from contacts.words.differences import ListMode
from contacts.words.vocabulary import NAMED_SOURCES, Scenario, SourceKind
from privacy_crm import tasks
from privacy_crm.crm_import.reading import UnreadableError
from privacy_crm.staff.uploads.upload_work import ask_for
from privacy_crm.uploads import fields, matching, receiving
from privacy_crm.uploads.matching import MatchError, Origin
from privacy_crm.uploads.moving import MovedError

_MODES = [
    (ListMode.FILL.value, gettext_lazy("Fill in blanks: what is on file stays, and missing details are filled in.")),
    (
        ListMode.UPDATE.value,
        gettext_lazy(
            "Update details: the list replaces what is on file. You see each difference before anything changes, and"
            " can undo it for a day."
        ),
    ),
]


class MatchForm(ActForm):
    """A choice for each column of the file, with what stands in its first rows, which only the file itself keeps."""

    refusals = (MatchError, MovedError, UnreadableError)
    submit = gettext_lazy("Show me what would happen")
    body_template = "staff/upload_columns.html"

    scenario = inputs.choice(
        gettext_lazy("Why do we hold these people?"), [("", gettext_lazy("Choose one")), *Scenario.choices]
    )
    source = inputs.text(
        gettext_lazy("Where does the list come from?"),
        max_length=200,
        help_text=gettext_lazy("For example: HubSpot, list “Spring fair 2026”. Everybody in it is told so who asks."),
    )
    source_kind = inputs.one_of(
        gettext_lazy("Who gave us the details?"), choices=[(kind.value, kind.label) for kind in NAMED_SOURCES]
    )
    collected_on = inputs.day(
        gettext_lazy("When were they collected?"),
        help_text=gettext_lazy("The earliest day, if there were several: how long people are kept is counted from it."),
    )

    mode = inputs.one_of(gettext_lazy("What happens to people already on file?"), choices=_MODES, required=False)

    def __init__(self, record: Any = None, **options: Any) -> None:
        told = ("scenario", "source", "source_kind", "collected_on", "mode")
        super().__init__(record, initial={name: getattr(record, name) for name in told}, **options)
        self.program = fields.recognise(record.header)
        self.places = list(range(len(record.header)))
        guessed = _by_place(record.mapping or fields.guess(record.header))
        choices = [("", _("Leave out")), *((name, field.label) for name, field in fields.FIELDS.items())]
        for place in self.places:
            label = record.header[place] or _("Column %d") % (place + 1)
            self.fields[f"column_{place}"] = inputs.choice(
                label, choices, required=False, initial=guessed.get(place, "")
            )

    @property
    def placed(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(f"column_{place}" for place in self.places)

    @property
    def columns(self) -> dict[str, list[dict[str, Any]]]:
        """Return the columns with what they say in the first rows: those that are taken, and those that are not."""
        rows = self._first_rows()
        found: dict[str, list[dict[str, Any]]] = {"taken": [], "left": []}
        for place in self.places:
            field = self[f"column_{place}"]
            values = [row[place] for row in rows if place < len(row) and row[place].strip()]
            found["taken" if field.value() else "left"].append({"field": field, "values": values})
        return found

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        origin = Origin(
            Scenario(told["scenario"]), told["source"], SourceKind(told["source_kind"]), told["collected_on"]
        )
        day = company_day()
        mode = ListMode(told["mode"] or ListMode.FILL)
        matching.match(self.record, self._mapping(), origin, mode=mode, day=day, at=at)
        ask_for(tasks.look_through_upload, self.record, by)
        return _("The list is being looked through. Nobody comes in before you say so.")

    def _mapping(self) -> fields.Mapping:
        """Return the places of each field, in the order that the guess had where both were guessed."""
        chosen: fields.Mapping = {}
        for place in self.places:
            if name := self.cleaned_data[f"column_{place}"]:
                chosen.setdefault(name, []).append(place)
        surest = fields.guess(self.record.header)
        return {name: sorted(places, key=_rank(surest.get(name, []))) for name, places in chosen.items()}

    def _first_rows(self) -> list[list[str]]:
        try:
            return receiving.first_rows(self.record)
        except OSError:
            return []  # its day is over


def _by_place(mapping: fields.Mapping) -> dict[int, str]:
    return {place: name for name, places in mapping.items() for place in places}


def _rank(surest: list[int]) -> Any:
    return lambda place: (surest.index(place) if place in surest else len(surest), place)
