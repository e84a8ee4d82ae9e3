"""What a letter says of the company's other systems: read from what they answered, and from nothing else (L18, L20)."""

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from contacts.base.days import day_of
from dsr.letters.common import Case, day
from dsr.models import SystemTask
from dsr.systems import standing
from dsr.systems.standing import Standing
from dsr.words.vocabulary import Kind, PaperKind


def with_answers(case: Case, closing: str) -> str:
    """Return how a letter closes: first what other systems answered, and which of them have not yet."""
    return "\n\n".join([*_sentences(case, standing.of(case.request)), closing])


def are_all_done(case: Case) -> bool:
    """Tell whether the letter may say "everything": no system is still to answer, and none keeps anything."""
    return standing.of(case.request).is_everything


def _sentences(case: Case, asked: Standing) -> list[str]:
    if not asked.asked:
        return []
    done, nothing = _names(asked.done), _names(asked.nothing)
    told = [_done(case) % done] if done else []
    told += [_("We also asked %s, where we hold nothing about you.") % nothing] if nothing else []
    told += [_kept(task) for task in asked.kept]
    told += [_open(case, task) for task in asked.waiting]
    whole = _("Every system that we asked has answered, and nothing is left open.")
    return [" ".join([*told, *([] if asked.waiting else [whole])])]


def _done(case: Case) -> str:
    """Return what the systems did that have done what was asked."""
    return {
        Kind.ACCESS: _("What we hold about you in %s comes with it, in files of its own."),
        Kind.PORTABILITY: _("What you gave us that is in %s comes with it, in files of its own."),
        Kind.RECTIFICATION: _("Your details are corrected in %s, too."),
        Kind.ERASURE: _("Your details are deleted in %s, too."),
        Kind.LEAVER: _("Your details are deleted in %s, too."),
        Kind.OBJECTION: _("We asked %s to follow your objection, too, and that is done."),
    }.get(Kind(case.request.kind), _("Use of your details is restricted in %s, too."))


def _kept(task: SystemTask) -> str:
    said = task.request.papers.filter(kind=PaperKind.SYSTEM, data__task=task.pk).last()
    text = _("%(system)s (%(holds)s) keeps your details, or a part of them: %(why)s")
    told = {"system": task.system.name, "holds": task.system.holds, "why": said.text if said else _("not known why")}
    return text % told


def _open(case: Case, task: SystemTask) -> str:
    text = _("We asked %(system)s (%(holds)s) on %(day)s, and have no answer from there yet.")
    told = {
        "system": task.system.name,
        "holds": task.system.holds,
        "day": day(day_of(task.opened_at, case.policy.zone)),
    }
    return text % told


def _names(tasks: list[SystemTask]) -> str:
    return str(get_text_list([task.system.name for task in tasks], _("and")))
