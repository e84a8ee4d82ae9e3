"""What staff see and change of their own account beside allauth's pages: their details, their log-ins, and help."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminPasswordWidget, UnfoldAdminRadioSelectWidget

from contacts.admin.shared import fields
from privacy_crm.access import details, inviting, logins, resetting
from privacy_crm.access.details import Details
from privacy_crm.access.targets import AccountRefusedError
from privacy_crm.models import AccountLink, LinkKind


class OwnDetailsForm(forms.Form):
    first_name = fields.text(gettext_lazy("First name"), max_length=150, required=False)
    last_name = fields.text(gettext_lazy("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), widget=UnfoldAdminEmailInputWidget())
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        help_text=gettext_lazy("Of the CRM, and of our mails to you."),
        choices=settings.LANGUAGES,
        widget=UnfoldAdminRadioSelectWidget(),
    )


class NewPasswordForm(SetPasswordForm[User]):
    """Twice the same new password, by the rules for passwords."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})
        self.fields["new_password2"].help_text = ""
        self.fields["new_password1"].label = gettext_lazy("New password")
        self.fields["new_password2"].label = gettext_lazy("The same once more")


@require_http_methods(["GET", "HEAD", "POST"])
def own_details(request: HttpRequest) -> HttpResponse:
    """Show the own name, address and language, and change them."""
    assert isinstance(request.user, User)  # noqa: S101 - for mypy: the page asks for a log-in
    form = OwnDetailsForm(request.POST or None, initial=vars(details.of(request.user)))
    if request.method == "POST" and form.is_valid():
        try:
            details.change_own(request.user.pk, Details(**form.cleaned_data), at=timezone.now())
        except AccountRefusedError as refusal:
            form.add_error("email", str(refusal))
        else:
            messages.success(request, _("Your details are changed."))
            return redirect("mfa_index")
    return TemplateResponse(request, "account/details.html", {"form": form})


@require_safe
def own_logins(request: HttpRequest) -> HttpResponse:
    """Show where the account is logged in."""
    listed: list[Any] = list(logins.of(request.user.pk, at=timezone.now()))  # type: ignore[arg-type]
    for each in listed:
        each.handle, each.is_this = logins.handle(each), each.pk == request.session.session_key
    listed.sort(key=lambda each: not each.is_this)
    return TemplateResponse(request, "account/logins.html", {"logins": listed})


@require_http_methods(["POST"])
def end_login(request: HttpRequest) -> HttpResponse:
    """End one of the own log-ins, or all but this one."""
    assert isinstance(request.user, User)  # noqa: S101 - as above
    key = request.session.session_key or ""
    resetting.end_own_logins(request.user.pk, request.POST.get("login", ""), but=key, at=timezone.now())
    messages.success(request, _("Ended. Nobody is logged in there any more."))
    return redirect("account_logins")


@require_safe
def not_you(request: HttpRequest) -> HttpResponse:
    """Say what to do about a change that its owner does not know of: what our mails lead to."""
    return TemplateResponse(request, "account/not_you.html", {})


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever got the mail choose the password of their account: once."""
    try:
        link = inviting.opened(token, at=timezone.now())
        return _set_up(request, link)
    except BadSignature:
        return TemplateResponse(request, "account/link_over.html", {}, status=HTTPStatus.NOT_FOUND)
    except inviting.LinkOverError:
        return TemplateResponse(request, "account/link_over.html", {}, status=HTTPStatus.GONE)


def _set_up(request: HttpRequest, link: AccountLink) -> HttpResponse:
    form = NewPasswordForm(link.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        inviting.set_password(link, form.cleaned_data["new_password1"], at=timezone.now())
        logout(request)
        messages.success(request, _("Your password is set. Log in with it."))
        return redirect("account_login")
    shown = {"form": form, "account": link.user, "invited": link.kind == LinkKind.INVITATION}
    return TemplateResponse(request, "account/set_up.html", shown)
