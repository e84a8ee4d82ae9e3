from celery import shared_task
from django.utils import timezone

from contacts import food


@shared_task
def sweep_food_preferences() -> None:
    food.sweep(timezone.now())
