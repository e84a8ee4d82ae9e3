"""Ask a worker to send what is owed now, rather than at the next tick. Who hears it changes only the minute."""

from functools import partial

from django.db import transaction

from contacts.base import asked_once

# Which mails are to be sent, by the task that does.
AWAITED, TO_MANY = "contacts.tasks.send_messages", "contacts.tasks.send_mailings"

# Who sends to many looks again, too, and what is said in vain must not stand before beat's next message on the queue.
_LASTS = {AWAITED: asked_once.LASTS, TO_MANY: 9}


def nudge(task: str = AWAITED) -> None:
    """Ask for the owed mails to be sent, once what is being written has committed. It never fails and never waits."""
    transaction.on_commit(partial(asked_once.ask, task, lasts=_LASTS[task]), robust=True)


def heard(task: str = AWAITED) -> None:
    """Say, before looking at what is owed, that whatever is committed from now on has to be asked for again."""
    asked_once.heard(task)
