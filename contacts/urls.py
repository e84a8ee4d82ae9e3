from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from contacts.api.app import api, nowhere
from contacts.views import acknowledgements, address, confirm, downloads, findable, home, look, places, policy, sign_up


class SlugConverter(StringConverter):
    """A short name in any letters. None has a NUL in it, which PostgreSQL takes in no text."""

    regex = r"[^/\0]+"


register_converter(SlugConverter, "any_slug")

urlpatterns = [
    path("api/", api.urls),
    path("api/v1/<path:rest>", nowhere),
    path("", home.home, name="home"),
    path("robots.txt", findable.robots, name="robots"),
    path("sitemap.xml", findable.sitemap, name="sitemap"),
    path("look.css", look.stylesheet, name="look"),
    path("look/<any_slug:name>", look.image, name="look_image"),
    path("whitepapers/<any_slug:slug>/", sign_up.whitepaper, name="whitepaper"),
    path("events/<any_slug:slug>/", sign_up.event, name="event"),
    path("register/", sign_up.register, name="register"),
    path("check-your-inbox/", sign_up.sent, name="sent"),
    path("embed/whitepapers/<any_slug:slug>/", sign_up.whitepaper, {"embedded": True}, name="embedded_whitepaper"),
    path("embed/events/<any_slug:slug>/", sign_up.event, {"embedded": True}, name="embedded_event"),
    path("embed/register/", sign_up.register, {"embedded": True}, name="embedded_register"),
    path("embed/check-your-inbox/", sign_up.sent, {"embedded": True}, name="embedded_sent"),
    path("altcha/", include("altcha_django.urls")),
    path("confirm/<str:token>/", confirm.confirm, name="confirm"),
    path("download/<str:token>/", downloads.download, name="download"),
    path("places/<str:token>/", places.place, name="place"),
    path("address/<str:token>/", address.address, name="address"),
    path("notices/<str:token>/", acknowledgements.notices, name="notices"),
    path("privacy/", policy.privacy, name="privacy"),
    path("privacy/<int:number>/", policy.privacy_version, name="privacy_version"),
    path("privacy/<int:old>/<int:new>/", policy.privacy_changes, name="privacy_changes"),
]
