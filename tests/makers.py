"""Short makers for tests: people named by role, an invented pack, statements, and ways to look at the register."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cordiale.domain.participation import Scope, StartKind, Statement
from cordiale.domain.period import Period, parse_when
from cordiale.domain.viewer import EVERY_PERMISSION, Permission, Viewer

AT = datetime(2026, 11, 24, 14, tzinfo=UTC)
"""The moment of a test; the ledger moves it on by itself."""

owner = Viewer(name="owner", permissions=EVERY_PERMISSION)
outsider = Viewer.public()

SMALL: dict[str, str] = {
    "pack.toml": """\
format = 1
id = "small"
title = "Invented partnerships"
edition = "2026-01-01"
host = "host"
membership = "union"
zone = "Europe/Brussels"
coverage_to = "2026"
terms = "CC0-1.0"
about = "Invented for tests; no fact in it is true."

[statuses.member]
name = "Member"
answer = "in force"

[statuses.suspended]
name = "Suspended"
answer = "suspended"

[statuses.observer]
name = "Observer"
answer = "not"
frameworks = { club = "in force" }

[bodies]
council = "The Council"
assembly = { name = "The Assembly", parties = ["alpha"] }

[marks]
forum = "disc"
""",
    "sources.csv": """\
id,title,publisher,url,published,language,precedence
gazette,The Gazette,Host,https://example.org/gazette,2001-05,en,90
journal,"The Journal, a paper",Press,,,fr,50
""",
    "parties.csv": """\
id,kind,name,iso2,iso3,valid_from,valid_to,note
host,organisation,The Host,,,,,
alpha,state,Alpha,AA,AAA,,,
beta,state,Beta,BB,BBB,1990,,
gamma,state,Gamma,GG,GGG,,,
""",
    "party_names.csv": """\
party,name,language,valid_from,valid_to,kind,source
alpha,Republic of Alpha,en,,,official,gazette
alpha,Альфа,ru,1991/..,,alias,journal
""",
    "frameworks.csv": """\
id,name,short_name,kind,established,dissolved,succeeds,description,rule,source,complete_from,complete_to,coverage_note
union,The Union,UN,alliance,1950,,,Who is a member.,,gazette,1950,,
club,The Club,CL,council,1990,1997-05-30,,Where partners met first.,,gazette,,,
forum,The Forum,FO,council,1997-05-30,,club,Where partners meet.,seats=50,gazette,2000,,not complete before 2000
""",
    "participation.csv": """\
party,framework,status,scope,start_kind,valid_from,valid_to,source,end_source,locator,note
host,union,member,all,entry,1950,,gazette,,p. 1,
alpha,forum,member,all,entry,1997-05-30,,gazette,,p. 2,said twice
alpha,forum,member,all,attested,1998,2004-02,journal,gazette,,
beta,forum,member,all,entry,1997-05,2014-04-01,gazette,journal,,
beta,forum,suspended,all,change,2014-04-01,,gazette,,,
beta,forum,member,practical,change,2014-04-01,,gazette,,,
beta,club,observer,all,,../1991,1997-05-30,gazette,gazette,,
""",
    "agreements.csv": """\
id,title,kind,date,place,parties,source
charter,The Charter,treaty,1997-05-30,Capital,alpha;beta;forum,gazette
""",
    "policies.csv": """\
id,title,date,place,develops,summary,source
charter,The Charter,1997-05-30,Capital,,How it began.,gazette
outreach,Outreach,2004,Capital,charter,How it grew.,gazette
""",
    "instruments.csv": """\
id,party,type,title,signed_or_agreed,valid_from,valid_to,supersedes,source,note
alpha-one,alpha,programme,Programme of Alpha,2001,2001,2003,,gazette,
alpha-two,alpha,programme,Second programme of Alpha,2003-01-02,2003,,alpha-one,gazette,
""",
    "bodies_meetings.csv": """\
body,date,level,place,topic,source
forum,1997-06-01,ministers,Capital,First meeting,gazette
council,2001,heads,Capital,All,gazette
""",
    "events.csv": """\
id,date,title,kind,source
quarrel,2014-03-18,A quarrel,crisis,journal
""",
    "event_links.csv": """\
event,relation,target_table,target_id,source
quarrel,led-to,participation,beta/forum/suspended/2014-04-01/gazette,journal
quarrel,ground-for,agreements,charter,journal
""",
    "cadences.csv": """\
framework,level,times,per,valid_from,valid_to,source
forum,ministers,2,year,1997,,gazette
""",
}
"""File name to text of an invented pack that loads."""


def can(*permissions: Permission) -> Viewer:
    """A colleague who may do this and nothing else."""
    return Viewer(name="colleague", permissions=frozenset(permissions))


def small_pack(folder: Path) -> Path:
    """Writes the invented pack; answers its folder."""
    folder.mkdir(parents=True)
    for name, text in SMALL.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def copy_of(folder: Path, to: Path) -> Path:
    """A copy to damage; answers its folder."""
    shutil.copytree(folder, to)
    return to


def edit(folder: Path, file: str, old: str, new: str) -> Path:
    """Replaces text that stands in the file exactly once; answers the folder."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8", newline="")
    return folder


def add(folder: Path, file: str, *lines: str) -> Path:
    """Adds lines at the end of a file; answers the folder."""
    with (folder / file).open("a", encoding="utf-8", newline="") as handle:
        handle.writelines(f"{line}\n" for line in lines)
    return folder


def load(folder: Path, *, reason: str = "a test", by: Viewer = owner, at: datetime = AT) -> int | None:
    """Loads a pack as `cordiale pack load` does; the number of the entry."""
    from cordiale.apps.register.writes.packs import load_pack, plan_load
    from cordiale.engines.packs.reading import read_pack

    return load_pack(plan=plan_load(by, pack=read_pack(folder)), reason=reason, by=by, at=at)


def statement(*, start: str = "2001-05-01", until: str | None = None, **changes: Any) -> Statement:
    """The Gazette says that Gamma is a member of the Forum since 1 May 2001, or what the changes say."""
    period = Period(parse_when(start), None if until is None else parse_when(until))
    said = Statement(
        party="gamma",
        framework="forum",
        status="member",
        scope=Scope.ALL,
        start_kind=StartKind.ENTRY,
        period=period,
        source="gazette",
        end_source="" if until is None else "gazette",
    )
    return replace(said, **changes)


def ledger_number() -> int:
    """The number of the last entry."""
    from cordiale.apps.ledger.reads import head

    return head(owner).number


def register_number() -> int:
    """The number of the last entry that changed the register."""
    from cordiale.apps.ledger.reads import head

    return head(owner).register_number


def everything() -> dict[str, Any]:
    """Where the ledger stands, and how many rows each table of the register holds, believed and not."""
    from cordiale.apps.ledger.reads import head
    from cordiale.apps.register.models import PackEdition
    from cordiale.apps.register.reads.rows import IDENTITIES, MODELS

    models: dict[str, Any] = {
        **MODELS,
        **{f"named {name}": model for name, model in IDENTITIES.items()},
        "editions": PackEdition,
    }
    counts = {name: (model.objects.count(), _open(model)) for name, model in models.items()}
    return {"head": head(owner), **counts}


def _open(model: Any) -> int:
    return model.objects.filter(known_to=None).count() if hasattr(model, "known_to") else 0


def assertion_of(party: str, framework: str = "forum", **where: Any) -> int:
    """The number of the one open assertion about a party in a framework."""
    from cordiale.apps.register.models import Assertion

    return int(Assertion.objects.get(party=party, framework=framework, known_to=None, **where).pk)
