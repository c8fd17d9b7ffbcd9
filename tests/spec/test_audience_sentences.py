"""Whom a sentence means: a table over an invented world, a table over the NATO pack, and every refusal.

The invented world on 1 June 2001. The Union is the alliance, and also the organisation that is its host; the Ring is
a partnership like the PfP; the Sea and the Gulf are dialogues; the Pact is a body of no consequence elsewhere.

| party | is |
| --- | --- |
| astra, bravia | Allies; astra was a partner in the Ring until it joined in 1999 |
| perla, quint | partners in the Ring; quint is in the Sea, too |
| fenia | a former partner: left the Ring in 2000 |
| sorra | suspended in the Ring, takes part in the Sea |
| mara | takes part in the Sea |
| golfo | takes part in the Gulf since some day of 2001 |
| dispa | in the Ring by one source, unclear by another of the same weight |
| lega | an organisation that takes part in the Gulf |
| union | the host organisation itself |
| pacta | takes part in the Ring, suspended in the Pact, where that stays local |
| outis | an outsider of whom nobody says anything |
"""

from __future__ import annotations

import time
from functools import lru_cache

import pytest

from cordiale.engines.audience.deciding import UnknownGroup, circle, windows
from cordiale.engines.audience.language import (
    DEEPEST,
    LONGEST,
    MOST_NAMES,
    Audience,
    BadAudience,
    Name,
    parse,
    written,
)
from cordiale.engines.audience.naming import Names
from cordiale.engines.standing.sets import Sets
from cordiale.engines.standing.snapshot import Snapshot
from tests.unit import oracle
from tests.unit.oracle import Register, pack_facts, pack_names

PARTIES = {
    "astra": ("Astra", "Republic of Astra", "l'Astrie"),
    "bravia": ("Bravia", "Österbrav"),
    "perla": ("Perla", "Côte de Perle"),
    "quint": ("Quint", "Twin"),
    "fenia": ("Fenia", "Twin"),
    "sorra": ("Sorra",),
    "mara": ("Mara",),
    "golfo": ("Golfo",),
    "dispa": ("Dispa",),
    "lega": ("Lega",),
    "union": ("The Union", "Union Organisation"),
    "pacta": ("Pacta",),
    "outis": ("Outis",),
}
FRAMEWORKS = {
    "union": ("UN", "Union (membership)"),
    "ring": ("RiP", "Ring of Partners"),
    "sea": ("SD", "Sea Dialogue"),
    "gulf": ("GI", "Gulf Initiative"),
    "pact": ("PA", "Pact"),
}
GROUPS = {"allies": "union", "partners": "ring, sea, gulf", "near": "ring except sea"}

NAMES = Names(parties=PARTIES, frameworks=FRAMEWORKS, groups=GROUPS)


@lru_cache(maxsize=1)
def world() -> Sets:
    made = Register(parties=tuple(PARTIES))
    made.local = frozenset({"pact"})
    for framework in FRAMEWORKS:
        made.framework(framework, "1990")
    made.source("act", 90)
    made.source("page", 90)
    for party in ("astra", "bravia"):
        made.say(party, "union", "member", "1999-03-12", by="act", kind="entry")
    made.say("astra", "ring", "member", "1994-02-02", "1999-03-12", by="act", kind="entry")
    for party in ("perla", "quint", "pacta", "dispa"):
        made.say(party, "ring", "member", "1994", by="act", kind="entry")
    made.say("quint", "sea", "member", "1995", by="act")
    made.say("fenia", "ring", "member", "1994", "2000-05-01", by="act", kind="entry")
    made.say("sorra", "ring", "member", "1994", "2000-05-01", by="act", kind="entry")
    made.say("sorra", "ring", "suspended", "2000-05-01", by="act")
    made.say("sorra", "sea", "member", "1995", by="act")
    made.say("mara", "sea", "member", "1995", by="act")
    made.say("golfo", "gulf", "member", "2001", by="act")
    made.say("dispa", "ring", "unclear", "2000", by="page")
    made.say("lega", "gulf", "member", "1998", by="act")
    made.say("pacta", "pact", "suspended", "1998", by="act")
    return Sets(Snapshot.build(made.facts()))


def read(sentence: str) -> Audience:
    return parse(sentence, naming=NAMES, known=NAMES.known)


def groups() -> dict[str, Audience]:
    return {name: read(sentence) for name, sentence in GROUPS.items()}


def meant(sentence: str, on: str = "2001-06-01", *, roster: bool = False) -> str:
    found = windows(read(sentence), sets=world(), groups=groups(), roster=roster)
    return " ".join(world().names(found.at(oracle.day(on)[0]).bits))


# sentence, its canonical form, the parties meant
SENTENCES = [
    ("union", "union", "astra bravia"),
    ("UNION", "union", "astra bravia"),
    ('"Union (membership)"', "union", "astra bravia"),
    ("allies", "allies", "astra bravia"),
    ("ring", "ring", "pacta perla quint"),
    ("RiP", "ring", "pacta perla quint"),
    ('"Ring of Partners"', "ring", "pacta perla quint"),
    ("sea", "sea", "mara quint"),
    ("gulf", "gulf", "lega"),
    ("partners", "partners", "lega mara pacta perla quint"),
    ("ring, sea, gulf", "gulf, ring, sea", "lega mara pacta perla quint"),
    ("ring and sea or gulf", "gulf, ring, sea", "lega mara pacta perla quint"),
    ("ring, sea, and gulf", "gulf, ring, sea", "lega mara pacta perla quint"),
    ("both ring sea", "both ring sea", "quint"),
    ("both sea and ring", "both ring sea", "quint"),
    ("ring and sea", "ring, sea", "mara pacta perla quint"),
    ("perla", "perla", "perla"),
    ('"cote de perle"', "perla", "perla"),
    ('"l\'Astrie", Osterbrav', "astra, bravia", "astra bravia"),
    ("outis", "outis", "outis"),
    ("lega", "lega", "lega"),
    ("fenia", "fenia", "fenia"),
    ("sorra", "sorra", ""),  # suspended in the Ring: out of everything
    ("sea, sorra", "sea, sorra", "mara quint"),
    ("ring except sea", "ring except sea", "pacta perla"),
    ("near", "near", "pacta perla"),
    ("ring, sea except suspended", "ring, sea except suspended", "mara pacta perla quint"),
    ("ring, sea except quint", "ring, sea except quint", "mara pacta perla"),
    ("ring, sea except quint, mara", "ring, sea except mara, quint", "pacta perla"),
    ("ring, (sea except ring)", "ring, (sea except ring)", "mara pacta perla quint"),
    ("(ring, sea) except ring", "ring, sea except ring", "mara"),
    ("union except ring", "union except ring", "bravia"),  # astra was once a partner: spoken of
    ("union, perla except astra", "perla, union except astra", "bravia perla"),
    ("both (ring, gulf) (perla, lega)", "both (gulf, ring) (lega, perla)", "lega perla"),
    ("both ring both sea quint", "both both quint sea ring", "quint"),
    ("allies, partners except near", "allies, partners except near", "bravia lega mara"),
    ("ring except pact", "ring except pact", "perla quint"),
    ("ring except both sea ring", "ring except both ring sea", "pacta perla"),
    ("pact", "pact", ""),
    ("ring, ring, RiP", "ring", "pacta perla quint"),
    ("both ring ring", "ring", "pacta perla quint"),
    ("party:union", "party:union", "union"),
    ('"Union Organisation"', "party:union", "union"),
    ("outis except outis", "outis except outis", ""),
    ("astra except fenia", "astra except fenia", "astra"),
    ("union, except astra", "union except astra", "bravia"),
]


@pytest.mark.parametrize(("sentence", "canonical", "parties"), SENTENCES)
def test_a_sentence_means_these_parties_and_is_written_in_one_way(sentence, canonical, parties):
    assert meant(sentence) == parties
    assert written(read(sentence)) == canonical
    assert read(written(read(sentence))) == read(sentence)
    assert meant(written(read(sentence))) == meant(sentence)


def test_the_table_names_at_least_thirty_sentences_and_every_party():
    spoken = {party for _, _, parties in SENTENCES for party in parties.split()}

    assert len(SENTENCES) >= 30
    assert set(PARTIES) - spoken == {"sorra", "golfo", "dispa"}  # suspended, not yet certainly in, disputed: nowhere


# sentence, those with a seat, whatever they may do there
ROSTERS = [
    ("ring", "dispa pacta perla quint sorra"),
    ("gulf", "lega"),
    ("pact", "pacta"),
    ("ring except suspended", "dispa pacta perla quint"),
    ("ring, sea except sea", "dispa pacta perla"),
]


@pytest.mark.parametrize(("sentence", "parties"), ROSTERS)
def test_a_roster_lists_everybody_with_a_seat(sentence, parties):
    assert meant(sentence, roster=True) == parties


# sentence, day, the parties meant
DAYS = [
    ("union", "1999-03-11", ""),
    ("union", "1999-03-12", "astra bravia"),
    ("ring", "1999-03-11", "astra dispa fenia pacta perla quint sorra"),
    ("ring", "1999-03-12", "dispa fenia pacta perla quint sorra"),
    ("sea", "2000-04-30", "mara quint sorra"),
    ("sea", "2000-05-01", "mara quint"),
    ("gulf", "2001-12-30", "lega"),
    ("gulf", "2001-12-31", "golfo lega"),
    ("union except ring", "1999-03-12", "bravia"),
]


@pytest.mark.parametrize(("sentence", "on", "parties"), DAYS)
def test_a_sentence_means_whom_it_means_on_its_day(sentence, on, parties):
    assert meant(sentence, on) == parties


@lru_cache(maxsize=1)
def nato() -> Sets:
    return Sets(Snapshot.build(pack_facts("nato")))


@lru_cache(maxsize=1)
def nato_names() -> Names:
    return pack_names("nato")


def nato_meant(sentence: str, on: str, *, roster: bool = False) -> list[str]:
    names = nato_names()
    defined = {name: parse(group.audience, naming=names) for name, group in oracle.pack("nato").manifest.groups.items()}
    found = windows(parse(sentence, naming=names, known=names.known), sets=nato(), groups=defined, roster=roster)
    return nato().names(found.at(oracle.day(on, nato().snapshot.zone)[0]).bits)


PFP = "arm aut aze bih che fin geo irl kaz kgz mda mlt srb swe tjk tkm ukr uzb"
MD = "dza egy isr jor mar mrt tun"
ICI = "are bhr kwt qat"
PATG = "aus col irq jpn kor mng nzl pak"

# sentence, parties on the last day of 2021; counted by hand from participation.csv: 18, 7, 4 and 8 partners
NATO = [
    ("PfP", PFP),
    ("MD", MD),
    ("ICI", ICI),
    ("patg", PATG),
    ("PfP, MD, ICI and Japan", f"{PFP} {MD} {ICI} jpn"),
    ("pfp, md, jpn except blr", f"{PFP} {MD} jpn"),
    ("both pfp eop", "fin geo swe ukr"),
    ("partners", f"{PFP} {MD} {ICI} {PATG}"),
    ("partners except ukr, geo", f"{PFP} {MD} {ICI} {PATG}".replace(" geo", "").replace(" ukr", "")),
    ("Türkiye or turkey", "tur"),
    ("blr, rus", ""),  # suspended in the PfP
    ("pfp, blr except suspended", PFP),
    ("montenegro", "mne"),
    ("both pfp nato", ""),  # nobody is a partner and an Ally
    ("nato except pfp", "bel can deu dnk esp fra gbr grc isl ita lux nld nor prt tur usa"),  # who never was a partner
    ("OTAN", "nato"),
]


@pytest.mark.parametrize(("sentence", "parties"), NATO)
def test_a_sentence_means_these_parties_of_nato_at_the_end_of_2021(sentence, parties):
    assert nato_meant(sentence, "2021-12-31") == sorted(parties.split())


# sentence, how many at the end of 2021 and with a seat
COUNTS = [("allies", 30, 30), ("pfp", 18, 20), ("patg", 8, 9), ("eapc", 48, 50), ("partners", 37, 40)]


@pytest.mark.parametrize(("sentence", "entitled", "seated"), COUNTS)
def test_a_sentence_means_as_many_of_nato_as_its_sources_count(sentence, entitled, seated):
    assert len(nato_meant(sentence, "2021-12-31")) == entitled
    assert len(nato_meant(sentence, "2021-12-31", roster=True)) == seated


@pytest.mark.parametrize("pack", ["nato", "asean"])
def test_every_name_of_a_pack_means_the_same_when_it_is_read_back(pack):
    names = pack_names(pack)
    for word in set(names.known()) - {"suspended"}:
        read_once = parse(f'"{word}"', naming=names, known=names.known)
        assert parse(written(read_once), naming=names) == read_once, word


# sentence, position, what is told, what may have been meant
REFUSALS = [
    ("", 0, "is empty", ""),
    ("   ", 0, "is empty", ""),
    ("all", 0, "is refused", ""),
    ("everyone", 0, "is refused", ""),
    ("everyone except ring", 0, "is refused", ""),
    ("ring, others", 6, "is refused", ""),
    ("not ring", 0, "is refused", ""),
    ("ring, not sea", 6, "is refused", ""),
    ("except ring", 0, "cannot begin with an exception", ""),
    ("(except ring)", 1, "cannot begin with an exception", ""),
    ("ring except sea except perla", 16, "one exception", "ring except sea, perla"),
    ("ring except (sea except perla)", 24, "within an exception", ""),
    ("suspended", 0, 'only after "except"', ""),
    ("ring, suspended", 6, 'only after "except"', ""),
    ("both ring suspended", 10, 'only after "except"', ""),
    ("ring, perlaa", 6, "is no country", "ring, perla"),
    ("rinng except sea", 0, "is no country", "ring except sea"),
    ("zzz", 0, "is no country", ""),
    ("ring sea", 5, "is missing", "ring, sea"),
    ("ring (sea)", 5, "is missing", "ring, (sea)"),
    ("ring both sea gulf", 5, "is missing", "ring, both sea gulf"),
    ("(ring, sea", 10, "stops too early", ""),
    ("ring,", 5, "stops too early", ""),
    ("both ring", 9, "stops too early", ""),
    ("ring except", 11, "stops too early", ""),
    ("ring)", 4, "has no place here", ""),
    ("()", 1, "has no place here", ""),
    ("ring,, sea", 5, "has no place here", ""),
    ("ring & sea", 5, "has no place here", ""),
    ("ring; sea", 4, "has no place here", ""),
    ("ring @ sea", 5, "has no place here", ""),
    ('"ring', 0, "has no place here", ""),
    ("and", 0, "has no place here", ""),
    ("Twin", 0, "", ""),  # two countries bear that name: the id must be written
    ("x" * (LONGEST + 1), LONGEST, "longer than 2,000 characters", ""),
    ("(" * (DEEPEST + 1) + "ring" + ")" * (DEEPEST + 1), DEEPEST, "brackets within brackets", ""),
    (",".join(["sea"] * (MOST_NAMES + 1)), 4 * MOST_NAMES, "names more than 400", ""),
    ("both " * 40 + "ring", 0, 'Too many "both"', ""),
]


@pytest.mark.parametrize(("sentence", "position", "told", "mended"), REFUSALS)
def test_a_sentence_is_refused_where_it_goes_wrong_and_mended_where_it_can_be(sentence, position, told, mended):
    with pytest.raises(BadAudience) as refusal:
        read(sentence)

    assert told in refusal.value.what
    assert (refusal.value.position, refusal.value.mended) == (position, mended)


@pytest.mark.parametrize("mended", [row[3] for row in REFUSALS if row[3]])
def test_a_mended_sentence_can_be_read(mended):
    assert written(read(mended))


def test_a_refusal_points_at_the_place():
    with pytest.raises(BadAudience) as refusal:
        read("ring, perlaa")

    assert str(refusal.value).splitlines() == [
        '"perlaa" is no country, organisation, framework or group here (character 7)',
        "ring, perlaa",
        "      ^",
        "Did you mean: ring, perla",
    ]


def test_a_name_that_two_parties_bear_is_told_apart_from_one_that_nobody_bears():
    with pytest.raises(BadAudience, match=r"more than one|several|two"):
        read("Twin")


@pytest.mark.parametrize("depth", [DEEPEST])
def test_as_many_brackets_as_allowed_are_read(depth):
    assert read("(" * depth + "ring" + ")" * depth) == Name("framework", "ring")


def test_as_many_names_as_allowed_are_read():
    assert read(",".join(["sea"] * MOST_NAMES)) == Name("framework", "sea")


def test_a_group_nobody_defined_is_refused():
    with pytest.raises(UnknownGroup, match='no group "friends"'):
        windows(Name("group", "friends"), sets=world(), groups={})


def test_groups_that_stand_for_one_another_are_found():
    one, other = Name("group", "one"), Name("group", "other")

    assert circle({"one": other, "other": one}) == ["one", "other", "one"]
    assert circle({"one": one}) == ["one", "one"]
    assert circle({"one": other, "other": Name("framework", "ring")}) == []


def test_the_longest_sentence_is_read_in_no_time():
    begins = time.perf_counter()
    for sentence in (
        "both " * (DEEPEST - 1) + "ring " * DEEPEST,
        ",".join(["sea"] * MOST_NAMES),
        "(" * 1_999,
        '"' * 1_999,
    ):
        try:
            read(sentence)
        except BadAudience:
            continue
    assert time.perf_counter() - begins < 2
