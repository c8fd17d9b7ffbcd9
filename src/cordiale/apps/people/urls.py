"""Addresses about people."""

from __future__ import annotations

from django.urls import include, path

from cordiale.apps.people.views.account import (
    account,
    end_token,
    lend_role,
    my_data,
    new_token,
    request_access,
    take_invitation,
)
from cordiale.apps.people.views.people import (
    all_people,
    close,
    end_invitation,
    end_role,
    erase,
    held,
    new_invitation,
    new_role,
    person,
    refuse_request,
    second_person,
)

urlpatterns = [
    path("accounts/", account, name="account"),
    path("accounts/my-data.json", my_data, name="my-data"),
    path("accounts/request/", request_access, name="access-request"),
    path("accounts/invitation/<str:secret>/", take_invitation, name="invitation"),
    path("accounts/tokens/new/", new_token, name="token-new"),
    path("accounts/tokens/<int:token>/revoke/", end_token, name="token-end"),
    path("accounts/lend/", lend_role, name="role-lend"),
    path("accounts/", include("allauth.urls")),
    path("people/", all_people, name="people"),
    path("people/invite/", new_invitation, name="invite"),
    path("people/invitations/<int:invitation>/withdraw/", end_invitation, name="invitation-withdraw"),
    path("people/requests/<int:asked>/refuse/", refuse_request, name="request-refuse"),
    path("people/second/", second_person, name="second-person"),
    path("people/roles/<int:grant>/end/", end_role, name="role-end"),
    path("people/<int:number>/", person, name="person"),
    path("people/<int:number>/roles/new/", new_role, name="role-new"),
    path("people/<int:number>/data.json", held, name="held"),
    path("people/<int:number>/erase/", erase, name="person-erase"),
    path("people/<int:number>/close/", close, name="account-close"),
]
