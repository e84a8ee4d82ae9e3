"""What another system is asked to do, in the words that its owner reads (L18)."""

from typing import Any

from django.utils.translation import gettext as _

from dsr.models import Request, SystemTask
from dsr.words.vocabulary import ErasureGround, Kind, TaskAnswer

# What a program reads in place of the words.
CODES = {
    Kind.ACCESS: "send",
    Kind.PORTABILITY: "send",
    Kind.RECTIFICATION: "correct",
    Kind.ERASURE: "delete",
    Kind.LEAVER: "delete",
    Kind.RESTRICTION: "restrict",
    Kind.OBJECTION: "restrict",
}


def code(request: Request) -> str:
    """Return what is asked for a request. Whose objection was followed, and of whom nothing stays, is to be deleted."""
    is_followed = request.kind == Kind.OBJECTION and request.ground == ErasureGround.OBJECTED
    return "delete" if is_followed else CODES[Kind(request.kind)]


def heading(request: Request) -> str:
    return {
        "send": _("Send what your system holds about a person"),
        "correct": _("Correct what your system holds about a person"),
        "delete": _("Delete what your system holds about a person"),
        "restrict": _("Only store what your system holds about a person"),
    }[code(request)]


def what(task: SystemTask) -> str:
    """Return what a system is to do, or to undo."""
    return what_to_undo(task.request) if task.is_to_undo else what_to_do(task.request)


def what_to_do(request: Request) -> str:
    """Return what to do about a kind of request, and the article that has us ask."""
    asked = Kind(request.kind)
    if asked == Kind.OBJECTION and code(request) == "delete":
        asked = Kind.ERASURE
    return {
        Kind.ACCESS: _(
            "Look the person up, and send us everything that your system holds about them, as files or in words. They"
            " get it with our answer (Article 15 GDPR)."
        ),
        Kind.PORTABILITY: _(
            "Look the person up, and send us what they gave you themselves, in a format that programs can read, such as"
            " CSV or JSON (Article 20 GDPR)."
        ),
        Kind.RECTIFICATION: _(
            "Look the person up, and correct what is wrong. Their own words are below (Article 16 GDPR)."
        ),
        Kind.ERASURE: _(
            "Look the person up, and delete everything that no law makes you keep. If you keep a part, say which, and"
            " by which law: the person is told (Article 17 GDPR)."
        ),
        Kind.LEAVER: _(
            "The person has left their organisation. Look them up, and delete everything that no law makes you keep. If"
            " you keep a part, say which, and by which law: the person is told."
        ),
        Kind.RESTRICTION: _(
            "Look the person up. Store their details, and do nothing else with them until we write to you again"
            " (Article 18 GDPR)."
        ),
        Kind.OBJECTION: _(
            "The person objects to what we use their details for. Store them, and do nothing else with them until we"
            " write to you again (Articles 18 and 21 GDPR)."
        ),
    }[asked]


def what_to_undo(request: Request) -> str:
    """Return what to do about a request that was about the wrong person, or came to nothing."""
    return {
        "send": _("Look the person up, and delete what you gathered for it. Change nothing else."),
        "correct": _("Look the person up, and put back the details that you changed for it."),
        "delete": _(
            "Look the person up, and put back what you deleted for it, from a backup if you have one. Tell our privacy"
            " contact what cannot be put back."
        ),
        "restrict": _("Look the person up. You may use their details again, as before."),
    }[code(request)]


def answers(request: Request) -> list[tuple[str, Any]]:
    """Return what the owner can say, by its code."""
    done = {
        "send": _("Here is what our system holds"),
        "correct": _("It is corrected"),
        "delete": _("It is deleted"),
        "restrict": _("It is only stored from now on"),
    }[code(request)]
    kept = [(TaskAnswer.KEPT.value, _("We keep it, or a part of it"))] if code(request) != "send" else []
    return [(TaskAnswer.DONE.value, done), (TaskAnswer.NOTHING.value, _("Our system holds nothing about them")), *kept]
