"""The project: what stands on top of the apps and may look at all of them."""

from privacy_crm.celery import app as celery_app

__all__ = ["celery_app"]
