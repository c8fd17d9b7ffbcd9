"""Which roles follow from what an identity provider says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.identity import Identity, Offered, offered
from cordiale.domain.roles import FOR_A_BODY, Mandate, Role

PARTIES = {"fin", "swe"}


def given_to(*roles: str, parties: tuple[str, ...] = ()) -> frozenset[Mandate]:
    return offered(Identity("p", "s", roles=roles, parties=parties), parties=PARTIES).mandates


@pytest.mark.parametrize("said", ["desk officer", "Desk-Officer", "DESK_OFFICER", "  desk   officer "])
def test_a_role_is_known_however_it_is_written(said):
    assert given_to(said) == {Mandate(Role.DESK_OFFICER)}


@pytest.mark.parametrize("said", ["", "desk", "desk officers", "role:desk officer", "администратор"])
def test_what_names_no_role_gives_none(said):
    assert given_to(said) == frozenset()


def test_a_focal_point_acts_for_each_party_that_is_named_and_known():
    found = offered(Identity("p", "s", roles=("focal point",), parties=("FIN ", "swe", "atlantis")), parties=PARTIES)

    assert found.mandates == {Mandate(Role.FOCAL_POINT, "fin"), Mandate(Role.FOCAL_POINT, "swe")}
    assert found.unknown_parties == ("atlantis",)


def test_a_party_without_a_role_for_it_matters_to_nobody():
    found = offered(Identity("p", "s", roles=("analyst",), parties=("atlantis",)), parties=PARTIES)

    assert found == Offered(frozenset({Mandate(Role.ANALYST)}))


@given(st.lists(st.sampled_from([*Role, "x"])), st.lists(st.sampled_from(["fin", "swe", "zzz", ""])))
def test_every_role_that_is_given_is_sound_and_was_named(roles, parties):
    found = given_to(*roles, parties=tuple(parties))

    assert all(mandate.fault == "" and mandate.role in roles for mandate in found)
    assert not {mandate.role for mandate in found} & FOR_A_BODY
    assert {mandate.party for mandate in found} <= PARTIES | {""}
