"""The site as it is where ANYMAIL_WEBHOOK_SECRET is set."""

from privacy_crm import urls

urlpatterns = [*urls.provider_reports("provider:secret"), *urls.urlpatterns]
