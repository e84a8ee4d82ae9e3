from django.conf import settings
from django.utils import timezone

from contacts.audiences import striking
from contacts.base import two_clocks
from contacts.base.background import app
from contacts.delivery import sending
from contacts.disclosure import notifying
from contacts.events import dietary, reminders
from contacts.information import informing
from contacts.models import PolicyVersion
from contacts.outbox import mail_files, outbox, wake_worker
from contacts.people import details, restriction_guard, tombstones
from contacts.signups import sign_ups


@app.task
def sweep_food_preferences() -> None:
    if at := two_clocks.agreed(timezone.now):
        dietary.sweep(at)


@app.task
def send_messages() -> None:
    wake_worker.heard()
    if sending.send_due(at=timezone.now(), now=timezone.now) >= sending.MOST:
        wake_worker.nudge()  # there may be more


@app.task
def forget_letters() -> None:
    if at := two_clocks.agreed(timezone.now):
        outbox.forget(at)


@app.task
def sweep_mail_files() -> None:
    if at := two_clocks.agreed(timezone.now):
        mail_files.sweep(at)


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
def sweep_tombstones() -> None:
    if at := two_clocks.agreed(timezone.now):
        tombstones.sweep(restriction_guard.today(at))


@app.task
def sweep_sign_ups() -> None:
    if at := two_clocks.agreed(timezone.now):
        sign_ups.sweep(at)


@app.task
def sweep_proposed_details() -> None:
    if at := two_clocks.agreed(timezone.now):
        details.sweep(at)


@app.task
def tell_of_strikes() -> None:
    striking.tell(at=timezone.now())
