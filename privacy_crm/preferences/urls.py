from django.urls import path

from privacy_crm.preferences import choosing, keeping, unsubscribing

urlpatterns = [
    path("unsubscribe/<str:token>/", unsubscribing.unsubscribe, name="unsubscribe"),
    path("keep/<str:token>/", keeping.keep, name="keep"),
    path("preferences/<str:token>/", choosing.preferences, name="preferences"),
]
