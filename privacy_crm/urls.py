from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from privacy_crm import webhooks  # noqa: F401 - hears what a provider reports at the addresses below

handler400 = "contacts.views.errors.bad_request"
handler404 = "contacts.views.errors.not_found"
handler500 = "contacts.views.errors.failed"


def provider_reports(secret: str, provider: str) -> list[URLResolver]:
    """Return where the provider that carries our mail reports bounces and complaints.

    Nowhere, as long as no secret guards it. What the library has for others is not set up, and would fail for whoever
    asks.
    """
    if not secret:
        return []
    from anymail import urls as reports  # noqa: PLC0415 - of every provider there is, with a client of HTTP

    own = [each for each in reports.urlpatterns if str(each.pattern) == f"{provider}/tracking/"]
    return [path("anymail/", include((own, "anymail")))] if own else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("account/", include("privacy_crm.access.urls")),
    *provider_reports(settings.ANYMAIL["WEBHOOK_SECRET"], settings.MAIL_PROVIDER),
    path("", include("privacy_crm.preferences.urls")),
    path("", include("dsr.urls")),
    path("", include("contacts.urls")),
]
