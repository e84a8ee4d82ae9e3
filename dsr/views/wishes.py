"""What one may ask for, in the words of whoever asks: on the form, on "My data", and where it is named again."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from dsr.words.vocabulary import Kind, Outcome, State

LOOK = "look"  # asks for nothing but the page itself


@dataclass(frozen=True)
class Wish:
    """`label` is what one chooses, `hint` what comes of it, `words` what we would like to know with it."""

    code: str
    label: str
    hint: str
    words: str = ""
    button: str = ""


def on_the_form() -> list[Wish]:
    """Return everything one may ask for without being known, in the language that is active."""
    look = Wish(
        LOOK,
        _("See what you hold about me"),
        _("A page opens with what we hold, why and until when. You can change it there, and ask for the rest."),
    )
    return [look, *(of(kind) for kind in _ORDER)]


def on_my_data() -> list[Wish]:
    """Return what has no button of its own on "My data"."""
    own = {Kind.MARKETING_OBJECTION, Kind.WITHDRAWAL}
    return [of(kind) for kind in _ORDER if kind not in own]


_ORDER = (
    Kind.ACCESS,
    Kind.RECTIFICATION,
    Kind.ERASURE,
    Kind.MARKETING_OBJECTION,
    Kind.WITHDRAWAL,
    Kind.OBJECTION,
    Kind.RESTRICTION,
    Kind.PORTABILITY,
    Kind.LEAVER,
    Kind.COMPLAINT,
)


def of(kind: Kind) -> Wish:
    return Wish(kind, _label(kind), _hint(kind), _question(kind), _button(kind))


def _label(kind: Kind) -> str:
    return {
        Kind.ACCESS: _("Get a copy of everything"),
        Kind.RECTIFICATION: _("Correct or complete my details"),
        Kind.ERASURE: _("Delete my details"),
        Kind.MARKETING_OBJECTION: _("Stop all marketing"),
        Kind.WITHDRAWAL: _("Withdraw consent"),
        Kind.OBJECTION: _("Object to another use"),
        Kind.RESTRICTION: _("Restrict use of my data"),
        Kind.PORTABILITY: _("Download my data"),
        Kind.LEAVER: _("I have left the company"),
        Kind.COMPLAINT: _("Complain about how you treat my details"),
    }[kind]


def _hint(kind: Kind) -> str:
    return {
        Kind.ACCESS: _("Everything we hold about you, to read and for machines, with what by law we must tell you."),
        Kind.RECTIFICATION: _("We put it right, and tell everybody who got the wrong details from us."),
        Kind.ERASURE: _(
            "All marketing stops at once in any case; a coded form of your address reminds us. If a law requires us to"
            " keep a part, we tell you which, and until when."
        ),
        Kind.MARKETING_OBJECTION: _(
            "By e-mail, phone and post, at once. We keep a coded form of your address to remember this."
        ),
        Kind.WITHDRAWAL: _(
            "It takes effect at once. We keep a coded form of your address to remember a no to news or calls."
        ),
        Kind.OBJECTION: _("We set your details aside while we weigh your reasons against ours."),
        Kind.RESTRICTION: _("For example while we find out whether they are right."),
        Kind.PORTABILITY: _("What you gave us yourself, in a form that other systems read."),
        Kind.LEAVER: _("We stop writing to you at once, and delete your details earlier than we would otherwise."),
        Kind.COMPLAINT: _(
            "Our privacy contact looks into it and answers. You may also turn to the supervisory authority."
        ),
    }[kind]


def _question(kind: Kind) -> str:
    return {
        Kind.RECTIFICATION: _("What is wrong, and what is right?"),
        Kind.OBJECTION: _("Which use do you object to, and why?"),
        Kind.RESTRICTION: _("Why should we restrict the use?"),
        Kind.COMPLAINT: _("What happened?"),
    }.get(kind, _("Is there something that we should know?"))


def _button(kind: Kind) -> str:
    return {
        Kind.ACCESS: _("Ask for the copy"),
        Kind.RECTIFICATION: _("Ask for the correction"),
        Kind.ERASURE: _("Ask for deletion"),
        Kind.OBJECTION: _("Object"),
        Kind.RESTRICTION: _("Ask for the restriction"),
        Kind.PORTABILITY: _("Ask for my details"),
        Kind.LEAVER: _("Tell us that I have left"),
        Kind.COMPLAINT: _("Send the complaint"),
    }.get(kind, "")


def consents() -> list[tuple[str, str]]:
    """Return what one may have said yes to, by its code in a statement's `what`."""
    return [
        ("email", _("News by e-mail")),
        ("phone", _("Calls about your services")),
        ("post", _("News by post")),
        ("food", _("A note of what I eat, for an event")),
    ]


def state(code: str) -> str:
    """Return how a request stands, said to the person."""
    return {
        State.UNPROVEN: _("Waits for you to confirm it"),
        State.NEW: _("We are looking at it"),
        State.OPEN: _("We are working on it"),
        State.ASKED: _("We have asked you something, and wait for your answer"),
        State.CLOSED: _("Closed"),
    }[State(code)]


def outcome(code: str) -> str:
    return {
        Outcome.FULFILLED: _("Done as you asked"),
        Outcome.ANSWERED: _("Answered"),
        Outcome.PARTLY_REFUSED: _("Done in part; our letter says why not all of it"),
        Outcome.REFUSED: _("Refused; our letter says why"),
        Outcome.NOTHING_HELD: _("There was nothing of the kind"),
        Outcome.UNIDENTIFIED: _("Closed, since we could not confirm your identity"),
        Outcome.DUPLICATE: _("Answered with another request of yours"),
        Outcome.WITHDRAWN: _("Withdrawn by you"),
        Outcome.MISTAKEN: _("Closed, since it was a mistake of ours"),
    }[Outcome(code)]
