from django.urls import path

from contacts import views

urlpatterns = [path("privacy/", views.privacy, name="privacy")]
