from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

handler400 = "contacts.views.errors.bad_request"
handler404 = "contacts.views.errors.not_found"
handler500 = "contacts.views.errors.failed"


def provider_reports(secret: str) -> list[URLResolver]:
    """Return where a mail provider reports bounces and complaints; nowhere, as long as no secret guards it."""
    return [path("anymail/", include("anymail.urls"))] if secret else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("account/", include("privacy_crm.access.urls")),
    *provider_reports(settings.ANYMAIL["WEBHOOK_SECRET"]),
    path("", include("privacy_crm.preferences.urls")),
    path("", include("dsr.urls")),
    path("", include("contacts.urls")),
]
