import pytest

from tengen.core.errors import InvalidParameter, TengenError, UnknownName
from tengen.selfplay import settings


@pytest.mark.parametrize("name", settings.presets())
def test_every_preset_is_valid_and_survives_toml(name: str, tmp_path) -> None:
    loaded = settings.load(name)
    path = tmp_path / "run.toml"
    path.write_text(settings.to_toml(loaded))
    assert settings.from_table(settings.read_toml(path)) == loaded


def test_a_bare_game_gets_the_defaults() -> None:
    loaded = settings.load("tictactoe:", ())
    assert loaded.game == "tictactoe"
    assert loaded.search.policy == "gumbel"
    assert loaded.search.gumbel_scale == 1.0


def test_overrides_reach_nested_settings_with_their_types() -> None:
    loaded = settings.load("tictactoe", ("search.simulations=7", "training.drops=[0.5]", "selfplay.engine=torch"))
    assert loaded.search.simulations == 7
    assert loaded.training.drops == (0.5,)
    assert loaded.selfplay.engine == "torch"


def test_a_section_of_a_preset_keeps_the_defaults_of_self_play() -> None:
    assert settings.load("tictactoe").search.gumbel_scale == 1.0


@pytest.mark.parametrize(
    ("override", "error", "words"),
    [
        ("search.simulation=7", UnknownName, "search.simulations"),
        ("serch.simulations=7", UnknownName, "search"),
        ("search.simulations=many", InvalidParameter, "whole number"),
        ("search.simulations=0", InvalidParameter, "from 1 to"),
        ("search.policy=alphabeta", UnknownName, "gumbel"),
        ("training.batch=1.5", InvalidParameter, "whole number"),
        ("training.drops=0.5", InvalidParameter, "list"),
        ("minutes=0", InvalidParameter, "above 0"),
        ("minutes=nan", InvalidParameter, "above 0"),
        ("search=3", InvalidParameter, "section"),
        ("game.size=3", InvalidParameter, "no parts"),
        ("minutes", InvalidParameter, "key=value"),
        ("game=chequers", UnknownName, "tictactoe"),
        ("selfplay.variants=['go:size=99']", TengenError, "99"),
    ],
)
def test_a_wrong_setting_is_one_line_that_says_what_is_right(override: str, error: type, words: str) -> None:
    with pytest.raises(error) as raised:
        settings.load("tictactoe", (override,))
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_every_number_has_a_range() -> None:
    numbers = {
        line.partition(" = ")[0]: line.partition(" = ")[2]
        for line in settings.to_toml(settings.load("tictactoe")).splitlines()
    }
    of_other_kinds = {"game", "minutes", "policy", "solver", "reuse", "variants", "engine", "opponents"}
    of_other_kinds |= {"transpositions", "open_loop", "score", "count", "reply", "symmetries", "schedule", "opening_by"}
    names = {name.rpartition(".")[2] for name in settings.RANGES}
    assert {name for name in numbers if name and not name.startswith("[")} == names | of_other_kinds


def test_ranges_are_checked_in_lists_too() -> None:
    with pytest.raises(InvalidParameter, match="drops must be from 0 to 1"):
        settings.load("tictactoe", ("training.drops=[0.5, 1.5]",))


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'go9'"):
        settings.load("goo9")
