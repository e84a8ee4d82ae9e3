"""The site as it is where ANYMAIL_WEBHOOK_SECRET is set, and EMAIL_URL names Postmark."""

from privacy_crm import urls

urlpatterns = [*urls.provider_reports("provider:secret", "postmark"), *urls.urlpatterns]
