from django.conf import settings
from django.utils import timezone

from contacts.base.background import app
from contacts.delivery import sending
from contacts.disclosure import notifying
from contacts.events import food, reminders
from contacts.information import informing
from contacts.models import PolicyVersion
from contacts.outbox import mail_files, nudging, outbox
from contacts.signups import sign_ups


@app.task
def sweep_food_preferences() -> None:
    food.sweep(timezone.now())


@app.task
def send_messages() -> None:
    nudging.heard()
    if sending.send_due(at=timezone.now(), now=timezone.now) >= sending.MOST:
        nudging.nudge()  # there may be more


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
    if reminders.owe_due(at=timezone.now()):
        nudging.nudge()


@app.task
def owe_information() -> None:
    policy = PolicyVersion.objects.in_force()
    if policy and informing.tick(most=settings.INFORM_A_DAY, policy=policy, at=timezone.now()):
        nudging.nudge()


@app.task
def sweep_sign_ups() -> None:
    sign_ups.sweep(timezone.now())
