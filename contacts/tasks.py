import datetime as dt
from functools import partial

import structlog
from django.conf import settings
from django.utils import timezone

from contacts.audiences import striking
from contacts.base import asked_once, budgets, two_clocks
from contacts.base.background import app
from contacts.breaches import reminding as breach_reminders
from contacts.delivery import sending
from contacts.delivery.order import Mails
from contacts.disclosure import expiry, notifying
from contacts.events import dietary, reminders
from contacts.information import informing
from contacts.journal import shipping, warning
from contacts.journal.stores import JournalError
from contacts.models import PolicyVersion
from contacts.outbox import mail_files, outbox, standstill_told, wake_worker
from contacts.people import details, restriction_guard, tombstones
from contacts.signups import sign_ups

log = structlog.get_logger(__name__)


@app.task
@two_clocks.by_both(timezone.now)
def sweep_food_preferences(at: dt.datetime) -> None:
    dietary.sweep(at)


@app.task
def send_messages() -> None:
    _send(Mails.AWAITED, wake_worker.AWAITED)


@app.task
def send_mailings() -> None:
    _send(Mails.TO_MANY, wake_worker.TO_MANY)


def _send(of: Mails, task: str) -> None:
    """Send for as long as a task works, and ask for another sender: one comes where a worker of the queue is free."""
    wake_worker.heard(task)
    at, ask = timezone.now(), partial(wake_worker.nudge, task)
    is_over = budgets.of_a_task(at, timezone.now)
    if sending.send_due(at=at, now=timezone.now, of=of, is_over=is_over, ask_others=ask) and is_over():
        ask()  # there may be more


@app.task
def tell_of_standstills() -> None:
    if policy := PolicyVersion.objects.in_force():
        standstill_told.tell(policy=policy, at=timezone.now())


@app.task
@two_clocks.by_both(timezone.now)
def forget_letters(at: dt.datetime) -> None:
    outbox.forget(at)


@app.task
@two_clocks.by_both(timezone.now)
def sweep_mail_files(at: dt.datetime) -> None:
    mail_files.sweep(at)


@app.task
def tell_recipients() -> None:
    at = timezone.now()
    notifying.send_due(at=at, now=timezone.now, is_over=budgets.of_a_task(at, timezone.now))


@app.task
def owe_reminders() -> None:
    if reminders.enqueue_due(at=timezone.now()):
        wake_worker.nudge()


@app.task
def remind_of_breaches() -> None:
    breach_reminders.tick(at=timezone.now())


@app.task
def owe_information() -> None:
    policy = PolicyVersion.objects.in_force()
    if policy and informing.tick(most=settings.INFORM_A_DAY, policy=policy, at=timezone.now()):
        wake_worker.nudge()


@app.task(throws=(JournalError,))
def ship_journal() -> None:
    """Ship what is owed; what cannot leave is owed on, and somebody hears of it after ten minutes."""
    asked_once.heard(shipping.TASK)
    at = timezone.now()
    try:
        shipping.ship(at=at)
    except JournalError as error:
        log.warning("journal.not_shipped", code=type(error).__name__, why=str(error))
        raise
    finally:
        if policy := PolicyVersion.objects.in_force():
            warning.warn(policy=policy, at=at)


@app.task(throws=(JournalError,))
@two_clocks.by_both(timezone.now)
def expire_journal(at: dt.datetime) -> None:
    try:
        shipping.expire(at=at)
    except JournalError as error:
        log.warning("journal.not_expired", code=type(error).__name__, why=str(error))
        raise


@app.task
@two_clocks.by_both(timezone.now)
def sweep_tombstones(at: dt.datetime) -> None:
    tombstones.sweep(restriction_guard.today(at))


@app.task
@two_clocks.by_both(timezone.now)
def sweep_sign_ups(at: dt.datetime) -> None:
    sign_ups.sweep(at)


@app.task
@two_clocks.by_both(timezone.now)
def sweep_proposed_details(at: dt.datetime) -> None:
    details.sweep(at)


@app.task
def remind_of_agreements() -> None:
    if policy := PolicyVersion.objects.in_force():
        expiry.remind(policy=policy, at=timezone.now())


@app.task
def tell_of_strikes() -> None:
    at = timezone.now()
    striking.tell(at=at, is_over=budgets.of_a_task(at, timezone.now))
