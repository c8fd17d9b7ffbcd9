"""Who may do what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.domain.viewer import EVERY_PERMISSION, NotPermitted, Viewer, require

permissions = st.sampled_from(sorted(EVERY_PERMISSION))


@given(st.sets(permissions), permissions)
def test_only_who_holds_a_permission_gets_past(held, wanted):
    colleague = Viewer(name="colleague", permissions=frozenset(held))

    if wanted in held:
        require(colleague, wanted)
    else:
        with pytest.raises(NotPermitted, match=rf"colleague may not do this: it needs the permission {wanted}\."):
            require(colleague, wanted)


@given(permissions)
def test_the_public_may_do_nothing(wanted):
    with pytest.raises(NotPermitted):
        require(Viewer.public(), wanted)


@given(permissions)
def test_the_system_may_do_everything_and_says_what_for(wanted):
    system = Viewer.system("command line")

    require(system, wanted)

    assert system.name == "system: command line"
