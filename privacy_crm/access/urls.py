"""Where staff log in and look after their account: of allauth's addresses those alone that are needed."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.contrib.auth.decorators import login_required
from django.urls import path, reverse_lazy

from privacy_crm.access import own_pages
from privacy_crm.access.views import SetUpApp, SetUpPasskey, framed, with_fresh_factor

_OWN = reverse_lazy("mfa_index")

urlpatterns = [
    path("", framed(factor.index), name="mfa_index"),
    path("log-in/", framed(account.login), name="account_login"),
    path("log-in/factor/", framed(factor.authenticate), name="mfa_authenticate"),
    path("log-in/passkey/", framed(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("switched-off/", framed(account.account_inactive), name="account_inactive"),
    path("again/password/", framed(account.reauthenticate), name="account_reauthenticate"),
    path("again/code/", framed(factor.reauthenticate), name="mfa_reauthenticate"),
    path("again/passkey/", framed(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("password/", framed(with_fresh_factor(account.password_change)), name="account_change_password"),
    path("details/", framed(with_fresh_factor(own_pages.own_details)), name="account_details"),
    path("log-ins/", framed(login_required(own_pages.own_logins)), name="account_logins"),
    path("log-ins/end/", framed(login_required(own_pages.end_login)), name="account_end_login"),
    path("set-up/<str:token>/", framed(own_pages.set_up), name="account_set_up"),
    path("not-you/", framed(own_pages.not_you), name="account_not_you"),
    path("app/", framed(SetUpApp.as_view()), name="mfa_activate_totp"),
    path("app/remove/", framed(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("passkeys/add/", framed(SetUpPasskey.as_view()), name="mfa_add_webauthn"),
    path(
        "passkeys/<int:pk>/remove/",
        framed(passkeys.RemoveWebAuthnView.as_view(success_url=_OWN)),
        name="mfa_remove_webauthn",
    ),
    path("codes/", framed(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/make/", framed(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
]
