"""What gunicorn reads by itself where it is started: its lines are written as those of the product, from the first."""

import os

from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "privacy_crm.settings")

logconfig_dict = settings.LOGGING
