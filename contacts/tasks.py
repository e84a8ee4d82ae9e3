import structlog
from django.conf import settings
from django.utils import timezone

from contacts.audiences import striking
from contacts.base.background import app
from contacts.delivery import sending
from contacts.disclosure import notifying
from contacts.events import dietary, reminders
from contacts.information import informing
from contacts.journal import shipping, warning
from contacts.journal.stores import JournalError
from contacts.models import PolicyVersion
from contacts.outbox import mail_files, outbox, wake_worker
from contacts.people import details, restriction_guard, tombstones
from contacts.signups import sign_ups

log = structlog.get_logger(__name__)


@app.task
def sweep_food_preferences() -> None:
    dietary.sweep(timezone.now())


@app.task
def send_messages() -> None:
    wake_worker.heard()
    if sending.send_due(at=timezone.now(), now=timezone.now) >= sending.MOST:
        wake_worker.nudge()  # there may be more


@app.task
def forget_letters() -> None:
    outbox.forget(timezone.now())


@app.task
def sweep_mail_files() -> None:
    mail_files.sweep(timezone.now())


@app.task
def tell_recipients() -> None:
    notifying.send_due(at=timezone.now(), now=timezone.now)


@app.task
def owe_reminders() -> None:
    if reminders.enqueue_due(at=timezone.now()):
        wake_worker.nudge()


@app.task
def owe_information() -> None:
    policy = PolicyVersion.objects.in_force()
    if policy and informing.tick(most=settings.INFORM_A_DAY, policy=policy, at=timezone.now()):
        wake_worker.nudge()


@app.task
def ship_journal() -> None:
    """Ship what is owed; what cannot leave is owed on, and somebody hears of it after ten minutes."""
    at = timezone.now()
    try:
        shipping.ship(at=at)
    except JournalError as error:
        log.warning("journal.not_shipped", code=type(error).__name__, why=str(error))
    if policy := PolicyVersion.objects.in_force():
        warning.warn(policy=policy, at=at)


@app.task
def expire_journal() -> None:
    try:
        shipping.expire(at=timezone.now())
    except JournalError as error:
        log.warning("journal.not_expired", code=type(error).__name__, why=str(error))


@app.task
def sweep_tombstones() -> None:
    tombstones.sweep(restriction_guard.today(timezone.now()))


@app.task
def sweep_sign_ups() -> None:
    sign_ups.sweep(timezone.now())


@app.task
def sweep_proposed_details() -> None:
    details.sweep(timezone.now())


@app.task
def tell_of_strikes() -> None:
    striking.tell(at=timezone.now())
