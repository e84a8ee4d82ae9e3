"""The Celery app: three queues, and the beat table that `privacy_crm.jobs` says."""

import os

from celery import Celery
from kombu.entity import Queue as BrokerQueue

from privacy_crm import jobs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")

app = Celery("privacy_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A worker that is told no queue takes from all of them.
app.conf.task_queues = [BrokerQueue(queue.value, routing_key=queue.value) for queue in jobs.Queue]  # type: ignore[no-untyped-call]
app.conf.task_default_queue = jobs.Queue.BULK.value
app.conf.task_routes = jobs.ROUTES
app.conf.task_annotations = jobs.LIMITS
app.conf.task_create_missing_queues = False
# A message is taken off its queue when its task begins, and comes back with no worker that dies: the next tick does
# what is owed. None waits in the hands of a worker that is busy while another is free (ADR 0050).
app.conf.task_acks_late = False
app.conf.worker_disable_prefetch = True
app.conf.worker_prefetch_multiplier = 1
app.conf.beat_schedule = jobs.beat_table()
