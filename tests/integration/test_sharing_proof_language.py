"""S13: a marking is data: whatever is written is read as a label or refused in words, soon, and read again the same.

Rule: issue 6, section 3; design/standing.md, section 8, S13.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cordiale.apps.sharing.reads.markings import label_of, marking_of
from cordiale.apps.sharing.writes.rights import BadRight, define_group
from cordiale.domain.labels import BadMarking, Label, Level, read_marking
from cordiale.engines.audience.language import LONGEST, BadAudience
from tests.library import BY, moment

fuzz = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
LEVEL = "NATO UNCLASSIFIED"
LEVELS = {name: Level(name, words, rank) for rank, (name, words) in enumerate(
    (("unclassified", LEVEL), ("restricted", "NATO RESTRICTED"), ("secret", "NATO SECRET"))
)}  # fmt: skip
SECONDS = 2

WORDS = (
    "pfp", "PfP", "MD", "ici", "patg", "nato", "aut", "AUT", "Austria", "Österreich", "Türkiye", "partners", "allies",
    "all", "everyone", "suspended", "except", "both", "and", "or", "not", ",", ";", "/", "(", ")", '"', "'", ":", "–",
    "party:", "framework:", "group:", "party:aut", "framework:pfp", "Releasable to", "REL TO", "Need to know:", "cyber",
    LEVEL, "NATO RESTRICTED", "UNCLASSIFIED",
)  # fmt: skip
PAYLOADS = (
    "'; DROP TABLE sharing_label; --", "1 OR 1=1", "%s %d %(a)s %%", "{0.__class__.__mro__}", "{{7*7}}", "{% debug %}",
    "${jndi:ldap://x}", "__import__('os').system('x')", "<script>alert(1)</script>", "\x00", "\u202e", "\u200b",
    "\ufeff", "\ud800", "ａｕｔ", "aut\u0301", "ﬁn", "İ", "ß", "\r\n\r\n", "\t", "../../etc/passwd", "A" * 500, "🇦🇹",
)  # fmt: skip

pieces = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(PAYLOADS), st.text(max_size=6))
broken = st.builds(
    lambda parts, between: between.join(parts), st.lists(pieces, max_size=12), st.sampled_from((" ", "", ", "))
)
NAMES = (
    "pfp",
    "PfP",
    "MD",
    "patg",
    "AUT",
    "Japan",
    "Türkiye",
    "partners",
    '"Allies"',
    "party:jpn",
    "both pfp eapc",
    "(ici)",
)
known = st.builds(
    lambda names, between: between.join(names),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=5),
    st.sampled_from((", ", " and ", " or ", "/")),
)
sound = st.one_of(known, st.tuples(known, known).map(" except ".join), known.map(str.upper))
sentences = st.one_of(broken, sound)
markings = st.one_of(
    sentences,
    sentences.map(lambda said: f"{LEVEL} – Releasable to {said}"),
    st.tuples(sentences, sentences).map(lambda said: f"{LEVEL} – Releasable to {said[0]} – Need to know: {said[1]}"),
)


def again_the_same(made: Label) -> None:
    """What was accepted says the same when it is printed as a marking, or in its canonical form, and read back."""
    assert label_of(BY, text=marking_of(BY, label=made)) == made
    assert label_of(BY, level=made.level, release=made.release, group=made.group) == made


@fuzz
@given(markings)
def test_s13_a_marking_is_read_or_refused_in_words(nato, said):
    try:
        made = label_of(BY, text=said)
    except (BadMarking, BadAudience):
        return
    again_the_same(made)


@fuzz
@given(sentences, st.sampled_from(("", "unclassified", "restricted", "{level}")), sentences)
def test_s13_the_parts_of_a_label_are_read_or_refused_in_words(nato, release, level, group):
    try:
        made = label_of(BY, release=release, level=level, group=group)
    except (BadMarking, BadAudience):
        return
    again_the_same(made)


@fuzz
@given(st.one_of(st.text(), markings))
def test_s13_a_marking_is_taken_apart_or_refused_in_words(said):
    try:
        found = read_marking(said, levels=LEVELS)
    except BadMarking:
        return
    assert found.level in LEVELS


TITLES = ("Cyber – Air", "Need to know: all", "Releasable to PfP", "A/B", "C,  D", "cyber", "Everyone", "'; --", "{0}")


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("release", ["", "pfp", "pfp, md except aut"])
def test_s13_a_marking_names_any_group_so_that_it_is_found_again(nato, title, release):
    define_group(code="one", title=title, reason="a test", by=BY, at=moment())
    define_group(code="other", title="Other", reason="a test", by=BY, at=moment())

    again_the_same(label_of(BY, release=release, group="one"))


@pytest.mark.parametrize("title", ["Cyber", "CYBER", " one ", "", "x" * 201])
def test_s13_no_two_groups_bear_a_name_that_a_marking_could_take_for_the_other(nato, title):
    define_group(code="one", title="Cyber", reason="a test", by=BY, at=moment())

    with pytest.raises(BadRight):
        define_group(code="other", title=title, reason="a test", by=BY, at=moment())


HUGE = {
    "brackets": "(" * 100_000,
    "pairs of brackets": "(" * 50_000 + "pfp" + ")" * 50_000,
    "boths": "both " * 50_000 + "pfp",
    "names": ", ".join(["pfp"] * 50_000),
    "exceptions": "pfp except " * 50_000,
    "quotes": '"' * 100_000,
    "one word": "x" * 1_000_000,
    "blanks": " " * 1_000_000 + "pfp",
    "dashes": "– " * 200_000,
    "slashes": " / " * 200_000,
    "needs to know": "need to know: " * 50_000,
    "levels": f"{LEVEL} " * 50_000,
    "zero widths": "\u200b" * 200_000,
    "accents": "a" + "\u0301" * 200_000,
    "the longest": "aut," * (LONGEST // 4),
}


@pytest.mark.parametrize("said", HUGE.values(), ids=HUGE)
def test_s13_what_is_huge_is_refused_soon(nato, said):
    with pytest.raises(BadMarking):  # whoever is first waits until the register is read, too, for seconds
        label_of(BY, text="?")
    begins = time.process_time()

    for text in (said, f"{LEVEL} – Releasable to {said}", f"{LEVEL} – Releasable to pfp – Need to know: {said}"):
        for how in ({"text": text}, {"release": text}, {"group": text}, {"level": text}):
            with pytest.raises((BadMarking, BadAudience)) as refusal:
                label_of(BY, **how)
            assert len(str(refusal.value)) < 10_000

    assert time.process_time() - begins < SECONDS
