"""Search finds what is meant: any accents, script and order of words, one typing error; and it never breaks."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordiale.engines.search.folding import fold, folded
from cordiale.engines.search.index import LONGEST_QUERY, Entry, Index, Sort, Text, Way, spans

PARTIES = (
    (
        "tur",
        "Türkiye",
        (("Turkey", Sort.FORMER_NAME, "en"), ("Turquie", Sort.OTHER_NAME, "fr"), ("TUR", Sort.CODE, "")),
    ),
    ("tkm", "Turkmenistan", ()),
    ("civ", "Côte d'Ivoire", (("Ivory Coast", Sort.OTHER_NAME, "en"),)),
    ("kgz", "Kyrgyzstan", (("Kõrgõzstan", Sort.OTHER_NAME, "et"), ("Кыргызстан", Sort.OTHER_NAME, "ky"))),
    ("mkd", "North Macedonia", (("former Yugoslav Republic of Macedonia", Sort.FORMER_NAME, "en"),)),
    ("geo", "Georgia", (("საქართველო", Sort.OTHER_NAME, "ka"),)),
    ("grc", "Greece", (("Ελλάς", Sort.OTHER_NAME, "el"),)),
    ("jor", "Jordan", (("الأُردنّ", Sort.OTHER_NAME, "ar"),)),
    ("bih", "Bosnia and Herzegovina", ()),
)
PAPERS = (
    ("map", "Membership Action Plan", (("MAP", Sort.CODE, ""),)),
    ("founding-act-1997", "NATO-Russia Founding Act", (("1997-05-27", Sort.DETAIL, ""), ("Paris", Sort.DETAIL, ""))),
    ("summit-decl", "Summit Declaration", (("2008-04-03", Sort.DETAIL, ""), ("Bucharest", Sort.DETAIL, ""))),
    ("paris", "Paris Charter", ()),
    ("kyiv", "Office in Kyiv", (("A house on the bank of the Dnipro", Sort.PROSE, ""),)),
)


def entry(kind: str, code: str, name: str, more: tuple[tuple[str, Sort, str], ...]) -> Entry:
    return Entry(kind, code, (Text(name), *(Text(*text) for text in more), Text(code, Sort.CODE)))


INDEX = Index([*(entry("party", *party) for party in PARTIES), *(entry("paper", *paper) for paper in PAPERS)])


def ids(query: str) -> list[str]:
    return [hit.entry.id for hit in INDEX.find(query)]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Türkiye", "turkiye"),
        ("Tu\u0308rkiye", "turkiye"),
        ("TÜRKİYE", "turkiye"),
        ("Kırıkkale", "kirikkale"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Côte d’Ivoire", "cote d ivoire"),
        ("NATO–Russia (1997)", "nato russia 1997"),
        ("Łódź", "lodz"),
        ("Azərbaycan", "azerbaycan"),
        ("Ελλάς", "ελλασ"),
        ("ΕΛΛΆΔΑ", "ελλαδα"),
        ("Йошкар", "иошкар"),
        ("الأُردنّ", "الاردن"),
        ("عـمّـان", "عمان"),
        ("ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ", "საქართველო"),
        ("٢٠٠٨", "2008"),
        ("ﬁnal №", "final no"),
        ("Oʻzbekiston", "o zbekiston"),
        ("  -- ", ""),
    ],
)
def test_spellings_of_one_word_fold_to_the_same(text, plain):
    assert folded(text) == plain


@given(st.text())
def test_folding_twice_changes_no_more_than_folding_once(text):
    assert folded(folded(text)) == folded(text)


@given(st.text())
def test_a_folded_text_knows_where_each_letter_came_from(text):
    plain = fold(text)

    assert plain.text == folded(text)
    assert len(plain.starts) == len(plain.ends) == len(plain.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(plain.starts, plain.ends, strict=True))
    assert list(plain.starts) == sorted(plain.starts)


@pytest.mark.parametrize(
    ("query", "code", "way"),
    [
        ("turkiye", "tur", Way.EXACT),
        ("Türkiye", "tur", Way.EXACT),
        ("TURKEY", "tur", Way.EXACT),
        ("turquie", "tur", Way.EXACT),
        ("turky", "tur", Way.NEAR),
        ("Turkmen", "tkm", Way.BEGINS),
        ("cote d'ivoire", "civ", Way.EXACT),
        ("côte d’ivoire", "civ", Way.EXACT),
        ("ivory", "civ", Way.BEGINS),
        ("kyrgystan", "kgz", Way.NEAR),
        ("korgozstan", "kgz", Way.EXACT),
        ("кыргызстан", "kgz", Way.EXACT),
        ("macedonia", "mkd", Way.WORDS),
        ("macedonia yugoslav", "mkd", Way.WORDS),
        ("საქართველო", "geo", Way.EXACT),
        ("ελλασ", "grc", Way.EXACT),
        ("الاردن", "jor", Way.EXACT),
        ("bosniaherzegovina", "bih", None),
        ("bosna and herzegowina", "bih", Way.NEAR),
        ("MAP", "map", Way.EXACT),
        ("founding act", "founding-act-1997", Way.BEGINS),
        ("act founding", "founding-act-1997", Way.WORDS),
        ("founding paris", "founding-act-1997", Way.ACROSS),
        ("bucharest 2008", "summit-decl", Way.ACROSS),
        ("ownding", "founding-act-1997", None),
        ("unding", "founding-act-1997", Way.INSIDE),
        ("dnipro", "kyiv", Way.WORDS),
    ],
)
def test_what_people_type_finds_first_what_they_mean(query, code, way):
    hits = INDEX.find(query)

    assert [(hit.entry.id, hit.way) for hit in hits][:1] == ([(code, way)] if way is not None else [])


def test_what_is_called_so_comes_before_what_only_mentions_it():
    assert ids("paris") == ["paris", "founding-act-1997"]


def test_the_text_that_was_found_is_told_with_its_language():
    (hit,) = INDEX.find("turquie")

    assert hit.texts == (Text("Turquie", Sort.OTHER_NAME, "fr"),)


def test_words_that_stand_in_several_texts_are_told_with_each():
    (hit,) = INDEX.find("bucharest 2008")

    assert {text.text for text in hit.texts} == {"Bucharest", "2008-04-03"}


def test_figures_are_taken_as_they_are_typed():
    assert ids("founding act 1998") == []


@pytest.mark.parametrize("query", ["", " ", "'", "-- ?", "\x00", "\u0301"])
def test_a_query_without_a_letter_or_figure_finds_nothing(query):
    assert INDEX.find(query) == []
    assert INDEX.suggest(query) == []


def test_what_finds_nothing_gets_names_that_look_like_it():
    assert ids("kirgizia") == []
    assert INDEX.suggest("kirgyztan")[0] == "Kyrgyzstan"


def test_nothing_is_suggested_where_nothing_is_alike():
    assert INDEX.suggest("qqqqqq") == []


def test_an_empty_register_finds_nothing():
    assert Index([]).find("turkey") == []
    assert Index([]).suggest("turkey") == []


def test_a_very_long_query_is_cut():
    assert INDEX.find("georgia" + " " * LONGEST_QUERY + "nothing")[0].entry.id == "geo"


# --- laws ---

words = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=12).filter(folded)
names = st.lists(words, min_size=1, max_size=5).map(" ".join)
registers = st.lists(names, min_size=1, max_size=12, unique=True)


def index_of(register: list[str]) -> Index:
    return Index([Entry("thing", str(number), (Text(name),)) for number, name in enumerate(register)])


@given(registers)
def test_everything_is_found_by_its_own_name_before_anything_that_is_not_called_so(register):
    index = index_of(register)

    for number, name in enumerate(register):
        hits = index.find(name)
        exact = [hit for hit in hits if hit.way is Way.EXACT]

        assert str(number) in {hit.entry.id for hit in exact}
        assert hits[: len(exact)] == exact
        assert {folded(hit.entry.texts[0].text) for hit in exact} == {folded(name)}


@given(registers)
def test_everything_is_found_by_its_name_without_accents_and_in_capitals(register):
    index = index_of(register)

    for number, name in enumerate(register):
        apart = unicodedata.normalize("NFD", name)
        bare = "".join(letter for letter in apart if not unicodedata.combining(letter))

        assert str(number) in {hit.entry.id for hit in index.find(bare)}
        assert str(number) in {hit.entry.id for hit in index.find(apart)}


latin = st.text("abcdefghijklmnopqrstuvwxyzäéñøşž'- ", min_size=5, max_size=40).filter(
    lambda name: len(folded(name)) >= 5
)


@given(st.lists(latin, min_size=1, max_size=8, unique=True), st.data())
def test_everything_is_found_in_spite_of_one_typing_error_from_five_letters_on(register, data):
    index = index_of(register)
    number = data.draw(st.integers(0, len(register) - 1))
    name = folded(register[number])
    place = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    swapped = name[:place] + name[place : place + 2][::-1] + name[place + 2 :]
    typed = data.draw(
        st.sampled_from(
            [
                name[:place] + name[place + 1 :],
                name[:place] + letter + name[place:],
                name[:place] + letter + name[place + 1 :],
                swapped,
            ]
        )
    )

    found = {hit.entry.id for hit in index.find(typed)}

    assert len(folded(typed)) < 5 or str(number) in found


@given(registers, st.text(max_size=300))
def test_whatever_is_typed_search_answers_the_same_twice(register, query):
    index = index_of(register)

    assert index.find(query) == index.find(query)
    assert index.suggest(query) == index.suggest(query)


@given(registers, st.randoms(use_true_random=False))
def test_every_word_of_a_name_may_stand_anywhere(register, random):
    index = index_of(register)

    for number, name in enumerate(register):
        mixed = folded(name).split()
        random.shuffle(mixed)

        assert str(number) in {hit.entry.id for hit in index.find(" ".join(mixed))}


@given(st.text(), st.text())
def test_marks_stand_in_order_apart_and_inside_the_text(text, query):
    marked = spans(text, query)

    ends = [0, *(end for pair in marked for end in pair), len(text)]
    assert ends == sorted(ends)
    assert all(start < end for start, end in marked)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("Republic of Türkiye", "turkiye", ["Türkiye"]),
        ("Republic of Tu\u0308rkiye", "turk", ["Tu\u0308rk"]),
        ("Republic of Tu\u0308", "tu", ["Tu\u0308"]),
        ("Kyrgyzstan", "kyrgystan", ["Kyrgyzstan"]),
        ("Kyrgyzstan", "stan", ["stan"]),
        ("Declaration of Dublin", "d", []),
        ("Straße, Strasse", "strass", ["Straß", "Strass"]),
        ("NATO-Russia Founding Act", "act founding", ["Founding", "Act"]),
        ("<b>Georgia</b>", "georgia", ["Georgia"]),
        ("of 1997", "1998", []),
    ],
)
def test_what_was_found_is_marked_with_its_accents(text, query, marked):
    assert [text[start:end] for start, end in spans(text, query)] == marked
