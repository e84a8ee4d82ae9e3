"""The buttons of a breach: from its first entry to what was learnt."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from contacts.admin.shared import fields
from contacts.admin.shared.acts import Act
from contacts.admin.shared.base import company_day
from contacts.breaches import letters, notices, register, reports
from contacts.breaches.reports import Sent
from contacts.models import Breach, BreachNotice
from contacts.outbox import wake_worker
from contacts.words.breaches import STANDING, BreachState, ReportWay, Risk
from privacy_crm.staff.breaches import breach_words
from privacy_crm.staff.breaches.breach_forms import EDIT, AssessForm, BreachForm, EnterForm, FactsForm
from privacy_crm.staff.breaches.find_form import FindForm

_LANGUAGES = ("en", "sv")
_A_MONTH = dt.timedelta(days=30)


def authority_language() -> str:
    """Return the language of the authority of the company's country, or English."""
    return "sv" if settings.HOLIDAYS_COUNTRY.startswith("SE") else "en"


class ReportForm(BreachForm):
    explanation = gettext_lazy(
        "Download the draft, and send it to the authority or copy its answers into the authority's form. Then say here"
        " how and when it was sent. It is kept as it reads now, and cannot be changed afterwards."
    )

    sent_at = fields.wall_clock(gettext_lazy("When was it sent?"))
    way = fields.choice(gettext_lazy("How was it sent?"), [(each.value, capfirst(each.label)) for each in ReportWay])
    language = fields.choice(gettext_lazy("In which language?"), settings.LANGUAGES)
    reference = fields.text(gettext_lazy("Which reference did the authority give it?"), required=False)
    late_because = fields.long_text(
        gettext_lazy("Reasons for the delay"),
        required=False,
        help_text=gettext_lazy("Needed where the first report is sent after more than 72 hours (Article 33(1))."),
    )

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial={"sent_at": localtime(), "language": authority_language()}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        sent = Sent(
            way=ReportWay(told["way"]),
            sent_at=told["sent_at"].replace(tzinfo=self.policy.zone),
            language=told["language"],
            reference=told["reference"],
            late_because=told["late_because"],
        )
        report = reports.record(self.shown(), sent, policy=self.policy, at=at, by=by)
        if report.number == 1:
            return _("The report is on record. Add to it once you know more.")
        return _("The addition is on record.")


class UnreportedForm(BreachForm):
    explanation = gettext_lazy(
        "Only where a risk for people is unlikely. The authority may ask for these reasons (Article 33(5))."
    )

    reason = fields.long_text(gettext_lazy("Why is it not reported?"), help_text=gettext_lazy("No names of people."))

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        register.leave_unreported(self.shown(), self.cleaned_data["reason"], at=at, by=by)
        return _("The decision is on record.")


class LettersForm(BreachForm):
    body_template = "staff/breach_letters.html"
    after_template = "staff/breach_texts.html"
    placed = tuple(f"{part}_{code}" for part in letters.PARTS for code in _LANGUAGES)

    nature_en = fields.long_text(gettext_lazy("What happened, in English"))
    nature_sv = fields.long_text(gettext_lazy("What happened, in Swedish"))
    consequences_en = fields.long_text(gettext_lazy("What it may lead to, in English"))
    consequences_sv = fields.long_text(gettext_lazy("What it may lead to, in Swedish"))
    measures_en = fields.long_text(gettext_lazy("Measures and advice, in English"))
    measures_sv = fields.long_text(gettext_lazy("Measures and advice, in Swedish"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, initial=_texts_before(record), **options)
        self.reached, self.unreached = letters.reachable(record)
        text = ngettext("Send %s letter", "Send %s letters", self.reached)
        self.submit = text % breach_words.number(self.reached)

    def left_out(self) -> list[tuple[str, str]]:
        """Return why others get no letter, and how many."""
        return [(str(fate.label), breach_words.number(count)) for fate, count in self.unreached.items()]

    def pairs(self) -> Iterator[tuple[Any, Any]]:
        """Yield the fields of each part, English beside Swedish."""
        for part in letters.PARTS:
            yield self[f"{part}_en"], self[f"{part}_sv"]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        texts = {code: {part: told[f"{part}_{code}"] for part in letters.PARTS} for code in _LANGUAGES}
        owed = letters.approve(self.shown(), texts, at=at, by=by)
        wake_worker.nudge()
        return ngettext("%s letter leaves now.", "%s letters leave now.", owed) % breach_words.number(owed)


class NoticeForm(BreachForm):
    explanation = gettext_lazy(
        "The public site shows it above every page, from the first day to the last. It cannot be changed afterwards,"
        " only taken down."
    )

    text_en = fields.long_text(gettext_lazy("Text in English"), help_text=gettext_lazy("No names of people."))
    text_sv = fields.long_text(gettext_lazy("Text in Swedish"))
    from_on = fields.day(gettext_lazy("First day"))
    until_on = fields.day(gettext_lazy("Last day"))

    def __init__(self, record: Any = None, **options: Any) -> None:
        day = company_day()
        super().__init__(record, initial={"from_on": day, "until_on": day + _A_MONTH}, **options)

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        told = self.cleaned_data
        texts, days = {code: told[f"text_{code}"] for code in _LANGUAGES}, {n: told[n] for n in ("from_on", "until_on")}
        notices.publish(self.shown(), texts, **days, policy=self.policy, at=at, by=by)
        return _("The notice is published.")


class TakeDownForm(BreachForm):
    explanation = gettext_lazy("The public site stops showing it at once. What it said stays on record here.")
    submit = gettext_lazy("Take the notice down")

    notice = fields.choice(gettext_lazy("Which notice?"), ())
    why = fields.long_text(gettext_lazy("Why?"), help_text=gettext_lazy("No names of people."))

    def __init__(self, record: Any = None, **options: Any) -> None:
        super().__init__(record, **options)
        chosen: Any = self.fields["notice"]
        chosen.choices = [(str(each.pk), _days(each)) for each in _shown(record)]

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        notice = self.record.notices.get(pk=self.cleaned_data["notice"])
        notices.withdraw(notice, self.cleaned_data["why"], policy=self.policy, at=at, by=by)
        return _("The notice is taken down.")


class CloseForm(BreachForm):
    explanation = gettext_lazy("Nothing about a closed breach can be changed or added.")

    learnt = fields.long_text(
        gettext_lazy("What was learnt, and what was changed?"), help_text=gettext_lazy("No names of people.")
    )

    def carry_out(self, *, at: dt.datetime, by: str) -> str:
        register.close(self.shown(), self.cleaned_data["learnt"], at=at, by=by)
        return _("The breach is closed.")


def _texts_before(breach: Breach) -> dict[str, str]:
    """Return what the last letter said, for those who are found later."""
    last = breach.letters.last()
    told = last.texts if last else {}
    return {f"{part}_{code}": told.get(code, {}).get(part, "") for part in letters.PARTS for code in _LANGUAGES}


def _shown(breach: Breach) -> Any:
    return breach.notices.to_come(company_day())


def _days(notice: BreachNotice) -> str:
    return _("%(from)s to %(until)s") % {"from": date_format(notice.from_on), "until": date_format(notice.until_on)}


def _stands(breach: Breach) -> bool:
    return breach.state in STANDING


def _in(*states: BreachState) -> Any:
    return lambda breach: breach.state in states


def _has_report(breach: Breach) -> bool:
    return breach.reports.exists()


def _first(breach: Breach) -> bool:
    return _stands(breach) and not _has_report(breach)


def _further(breach: Breach) -> bool:
    return _stands(breach) and _has_report(breach)


def _may_be_harmless(breach: Breach) -> bool:
    return breach.state == BreachState.OPEN and breach.risk in {"", Risk.UNLIKELY}


def _tells(breach: Breach) -> bool:
    return _stands(breach) and breach.risk == Risk.HIGH


ADDING = Act("add", gettext_lazy("Enter a breach"), "contacts.add_breach", EnterForm)
# Those that show so much that they have a page of their own.
ON_PAGES = ("letters", "facts", "assess", "report", "add-report", "notice")

_DECIDED = _in(BreachState.REPORTED, BreachState.UNREPORTED)

ACTS = (
    Act("report", gettext_lazy("Record the report"), EDIT, ReportForm, "send", offered=_first, fresh=True),
    Act("add-report", gettext_lazy("Record an addition"), EDIT, ReportForm, "send", offered=_further, fresh=True),
    Act("assess", gettext_lazy("Assess the risk"), EDIT, AssessForm, "rule", offered=_stands),
    Act("find", gettext_lazy("Find the people affected"), EDIT, FindForm, "group_add", offered=_stands),
    Act("letters", gettext_lazy("Write to the people affected"), EDIT, LettersForm, "mail", offered=_tells, fresh=True),
    Act("notice", gettext_lazy("Publish a notice"), EDIT, NoticeForm, "campaign", offered=_stands, fresh=True),
    Act(
        "take-down",
        gettext_lazy("Take a notice down"),
        EDIT,
        TakeDownForm,
        "visibility_off",
        offered=lambda breach: _shown(breach).exists(),
        fresh=True,
    ),
    Act("facts", gettext_lazy("Change the facts"), EDIT, FactsForm, "edit", offered=_stands),
    Act(
        "leave-unreported",
        gettext_lazy("Decide not to report it"),
        EDIT,
        UnreportedForm,
        "block",
        offered=_may_be_harmless,
        fresh=True,
    ),
    Act("close", gettext_lazy("Close the breach"), EDIT, CloseForm, "task_alt", offered=_DECIDED, fresh=True),
)
