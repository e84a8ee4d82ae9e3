from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from contacts.models import PolicyVersion


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the policy in force, from the record that the nightly run reads."""
    return render(request, "contacts/privacy.html", {"policy": PolicyVersion.objects.in_force()})
