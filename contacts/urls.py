from django.urls import path
from django.views.generic import RedirectView

from contacts import views

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="privacy")),
    path("privacy/", views.privacy, name="privacy"),
]
