from django.urls import path

from privacy_crm.preferences import choosing, unsubscribing

urlpatterns = [
    path("unsubscribe/<str:token>/", unsubscribing.unsubscribe, name="unsubscribe"),
    path("preferences/<str:token>/", choosing.preferences, name="preferences"),
]
