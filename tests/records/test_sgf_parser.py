"""SGF text as trees: what the standard says, what is found in the wild, what is cut short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tengen.core.errors import InvalidRecord
from tengen.records.sgf_parser import SgfNode, decode, escape, parse, serialize, simple_text, text


def shape(node: SgfNode) -> str:
    """The tree in few letters: the first property of each node, children in brackets."""
    name = next(iter(node.properties), "-")
    value = node.properties.get(name, [""])[0]
    return name + value + "".join(f"({shape(child)})" for child in node.children)


def failure(written: str) -> str:
    with pytest.raises(InvalidRecord) as caught:
        parse(written)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_tree_with_variations() -> None:
    (root,) = parse("(;N[0];N[1](;N[2];N[3])(;N[4](;N[5])(;N[6])))")
    assert shape(root) == "N0(N1(N2(N3))(N4(N5)(N6)))"
    assert [node.text("N") for node in root.main_line()] == ["0", "1", "2", "3"]


def test_several_games_with_junk_around_them() -> None:
    roots = parse("From: a (friend)\n\n (;N[1])\n--\n( ;N[2];N[3])\x1a\x00")
    assert [shape(root) for root in roots] == ["N1", "N2(N3)"]


def test_lower_case_letters_of_names_do_not_count() -> None:
    (root,) = parse("(;GaMe[1]SiZe[9]AddBlack[aa][bb];White[cc])")
    assert root.properties == {"GM": ["1"], "SZ": ["9"], "AB": ["aa", "bb"]}
    assert root.children[0].properties == {"W": ["cc"]}


def test_a_name_without_capitals_is_read_as_if_it_had_them() -> None:
    (root,) = parse("(;sz[9])")
    assert root.properties == {"SZ": ["9"]}


def test_white_space_may_stand_anywhere_between() -> None:
    (root,) = parse("(\n;\tAB [aa]\r\n [bb]\n  C[x] ) ")
    assert root.properties == {"AB": ["aa", "bb"], "C": ["x"]}


def test_a_property_that_comes_twice_has_all_values() -> None:
    (root,) = parse("(;AB[aa]AW[cc]AB[bb])")
    assert root.properties == {"AB": ["aa", "bb"], "AW": ["cc"]}


def test_a_variation_without_its_semicolon_is_read() -> None:
    (root,) = parse("(;N[0](N[1];N[2])(;N[3]))")
    assert shape(root) == "N0(N1(N2))(N3)"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"a\]b", "a]b"),
        (r"a\\", "a\\"),
        (r"a\:b", "a:b"),
        ("a\\\nb", "ab"),
        ("a\\\r\nb", "ab"),
        ("a\r\nb\rc\n\rd", "a\nb\nc\nd"),
        ("a\tb\vc", "a b c"),
        ("a\\\tb", "a b"),
        ("a(;b)[c", "a(;b)[c"),
    ],
)
def test_text_is_unescaped_as_the_standard_says(written: str, read: str) -> None:
    (root,) = parse(f"(;C[{written}])")
    assert root.text("C") == read


def test_simple_text_is_one_line() -> None:
    assert simple_text(" Honinbo\nShusaku ") == "Honinbo Shusaku"


def test_the_standards_example_of_soft_line_breaks() -> None:
    written = (
        "Meijin NR: yeah, k4 is won\\\nderful\nsweat NR: thank you! :\\)\n"
        "dada NR: yup. I like this move too. It's a move only to be expected from a pro. I really like it :)\n"
        "jansteen 4d: Can anyone\\\n explain [me\\] k4?"
    )
    assert text(written).splitlines()[0] == "Meijin NR: yeah, k4 is wonderful"
    assert text(written).splitlines()[1] == "sweat NR: thank you! :)"
    assert text(written).splitlines()[3] == "jansteen 4d: Can anyone explain [me] k4?"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\t\v\f\x1c\x1d\x1e\x1f\x85")))
def test_any_text_survives_its_escape(said: str) -> None:
    (root,) = parse(f"(;C[{escape(said)}];N[after])")
    plain = "".join(" " if letter.isspace() else letter for letter in said)
    assert root.text("C") == plain
    assert len(root.children) == 1


names = st.text("ABCW", min_size=1, max_size=2)
raw_values = st.text("ab](;)\\\n[é碁", max_size=6).map(escape)
trees = st.recursive(
    st.builds(SgfNode, st.dictionaries(names, st.lists(raw_values, min_size=1, max_size=3), max_size=3)),
    lambda children: st.builds(
        SgfNode,
        st.dictionaries(names, st.lists(raw_values, min_size=1, max_size=2), max_size=2),
        st.lists(children, max_size=3),
    ),
    max_leaves=12,
)


def same(one: SgfNode, other: SgfNode) -> bool:
    return (
        one.properties == other.properties
        and len(one.children) == len(other.children)
        and all(map(same, one.children, other.children))
    )


@given(st.lists(trees, min_size=1, max_size=3))
def test_trees_survive_the_round_trip(roots: list[SgfNode]) -> None:
    again = parse(serialize(roots))
    assert len(again) == len(roots)
    assert all(map(same, roots, again))


@given(st.lists(trees, min_size=1, max_size=2), st.data())
def test_every_text_that_is_cut_short_gets_one_line(roots: list[SgfNode], data: st.DataObject) -> None:
    whole = serialize(roots[:1]).rstrip()
    cut = data.draw(st.integers(2, len(whole) - 1))
    message = failure(whole[:cut])
    assert message.startswith("line ")
    assert "cut short" in message


def test_cut_short_says_where() -> None:
    assert failure("(;B[aa]\n;W[b") == "line 2, column 3: cut short: the value of W has no ']'"
    assert failure("(;B[aa]\n(;W[bb]") == (
        "line 2, column 8: cut short: the text ends, but the '(' of line 2, column 1 is open"
    )
    assert failure("(;B[aa];W") == "line 1, column 10: cut short after W"
    assert failure("(;C[ends with an escape\\]") == "line 1, column 4: cut short: the value of C has no ']'"


def test_what_is_no_sgf_gets_one_line() -> None:
    assert "no game in this text" in failure("")
    assert "no game in this text" in failure("1. e4 e5 (2. f4)")
    assert failure("(;B[aa]\r\n 7)") == "line 2, column 2: unexpected '7' where a property such as B[dd] may be"
    assert failure("(;B;W[aa])") == "line 1, column 3: property B has no value"
    assert failure("(;(;N[1]);N[2])") == ("line 1, column 10: ';' after a variation, where only '(' or ')' may follow")


def test_depth_has_no_limit() -> None:
    deep = "(;N[x]" * 20_000 + ")" * 20_000
    (root,) = parse(deep)
    assert len(root.main_line()) == 20_000
    assert len(parse(serialize([root]))[0].main_line()) == 20_000
    assert "cut short" in failure(deep[:-1])


@given(st.text("(;)[]\\BWCa \n", max_size=40))
def test_no_text_raises_anything_but_one_line(junk: str) -> None:
    try:
        roots = parse("(;" + junk)
    except InvalidRecord:
        failure("(;" + junk)
    else:
        assert all(map(same, roots, parse(serialize(roots))))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8"),
        ("Shift_JIS", "shift_jis"),
        ("SJIS", "cp932"),
        ("GB2312", "gb18030"),
        ("gbk", "gbk"),
        ("Big5", "big5"),
        ("EUC-JP", "euc_jp"),
    ],
)
def test_the_encoding_is_the_one_that_the_file_names(name: str, codec: str) -> None:
    said = "本因坊" if codec == "big5" else "表示・碁" if "j" in codec or "932" in codec else "中盘胜"
    if codec == "utf-8":
        said = "표 表 é"
    written = f"(;GM[1]CA[{name}]PB[{said}])".encode(codec)
    assert parse(decode(written))[0].text("PB") == said


def test_bytes_of_shift_jis_that_look_like_escapes_are_none() -> None:
    assert b"\\" in "表".encode("shift_jis")
    written = "(;CA[Shift_JIS]PB[表]PW[ソ])".encode("shift_jis")
    assert parse(decode(written))[0].text("PB") == "表"


def test_a_wider_encoding_than_the_named_one_is_read() -> None:
    written = "(;CA[gb2312]PB[朱鎔基])".encode("gb18030")
    assert parse(decode(written))[0].text("PB") == "朱鎔基"


def test_without_a_name_it_is_utf_8_or_else_latin_1() -> None:
    assert decode("(;PB[Ôé碁])".encode()) == "(;PB[Ôé碁])"
    assert decode("(;PB[Müller])".encode("latin-1")) == "(;PB[Müller])"


def test_byte_order_marks_go_before_the_name() -> None:
    for codec in ("utf-8-sig", "utf-16"):
        assert parse(decode("(;CA[Shift_JIS]PB[碁])".encode(codec)))[0].text("PB") == "碁"


def test_a_wrong_or_unknown_name_is_survived() -> None:
    assert decode("(;CA[ASCII]PB[ü碁])".encode()) == "(;CA[ASCII]PB[ü碁])"
    assert "PB[\ufffd" in decode(b"(;CA[Shift_JIS]PB[\x8c\xfe])")
    for name in ("klingon", "rot13", "hex", "unicode_escape", "undefined", "idna", "\x00"):
        assert decode(f"(;CA[{name}]PB[é])".encode()).endswith("PB[é])")
    assert decode(b"(;CA[UTF-8]PB[\xff])") == "(;CA[UTF-8]PB[ÿ])"


def test_an_encoding_that_is_asked_for_goes_first() -> None:
    written = "(;PB[中盘胜])".encode("gb18030")
    assert decode(written, "gb18030") == "(;PB[中盘胜])"
    with pytest.raises(InvalidRecord, match="'klingon' is no encoding"):
        decode(written, "klingon")


@given(st.binary(max_size=60), st.sampled_from(["UTF-8", "Shift_JIS", "utf-7", "gbk", "x"]))
def test_no_bytes_raise_anything_when_decoded(junk: bytes, name: str) -> None:
    assert isinstance(decode(b"(;CA[" + name.encode() + b"]C[" + junk + b"])"), str)
