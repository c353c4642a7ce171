"""One table says which files hold which games: saving, exporting and matches go by it."""

import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import tengen
from tengen.cli import main
from tengen.core.errors import InvalidParameter, InvalidRecord
from tengen.records import (
    DECIDED_BY_THE_RULES,
    FORMATS,
    GameRecord,
    export_games,
    format_of,
    formats_of,
    read_games,
    write_games,
    write_shard,
)


def finished(game_text: str, seed: int) -> GameRecord:
    game = tengen.make(game_text)
    random = np.random.default_rng(seed)
    state, actions = game.initial_state(), []
    while not game.is_over(state):
        actions.append(int(random.choice(game.legal_actions(state))))
        state = game.apply(state, actions[-1])
    return GameRecord(
        game=game.text,
        actions=np.array(actions, np.int32),
        result=float(game.returns(state)[0]),
        score=game.final_score(state)[0] if game.has_score else 0.0,  # type: ignore[attr-defined]
        termination=game.termination(state),
    )


@pytest.mark.parametrize("game", ["go:size=5,komi=7", "chess", "shogi", "tictactoe"])
def test_how_a_game_ends_by_its_rules_is_known_to_be_decided_by_them(game: str) -> None:
    for seed in range(5):
        record = finished(game, seed)
        assert record.termination in DECIDED_BY_THE_RULES
        record.validate()
        wrong = GameRecord(game=record.game, actions=record.actions, result=0.5, termination=record.termination)
        with pytest.raises(InvalidRecord, match="by the rules"):
            wrong.validate()


@pytest.mark.parametrize("suffix", [suffix for suffix, form in FORMATS.items() if form.writes])
def test_what_is_written_by_a_suffix_is_read_by_it(suffix: str, tmp_path: Path) -> None:
    form = FORMATS[suffix]
    record = finished({"go": "go:size=5,komi=7"}.get(form.game, form.game), 1)
    write_games(tmp_path / f"game.{suffix}", [record])
    assert read_games(tmp_path / f"game.{suffix}") == [record]
    assert format_of(f"GAME.{suffix.upper()}", form.game) == form


def test_a_suffix_of_another_game_is_refused_with_those_that_fit() -> None:
    with pytest.raises(InvalidParameter, match=r"\.sgf is not for shogi, whose files end with \.kif or \.kifu or"):
        format_of("x.sgf", "shogi")
    with pytest.raises(InvalidParameter, match="a name without a suffix is not for chess"):
        format_of("x", "chess")
    with pytest.raises(InvalidParameter, match="no format"):
        format_of("x.sgf", "tictactoe")
    with pytest.raises(InvalidRecord, match="are read, not written"):
        FORMATS["ki2"].write([])
    assert [form.suffix for form in formats_of("chess")] == ["pgn"]


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "bad.pgn").write_text('[White "A"]\n\n1. e4 *\n\n[White "B"]\n\n1. e5 *\n')
    with pytest.raises(InvalidRecord, match=r"bad\.pgn: game 2: move 1, 1\. e5, is not legal"):
        read_games(tmp_path / "bad.pgn")
    with pytest.raises(InvalidRecord, match=r"none\.csa: cannot be read"):
        read_games(tmp_path / "none.csa")
    with pytest.raises(InvalidParameter, match="files of games end with"):
        read_games(tmp_path / "x.txt")


@pytest.mark.parametrize(("game", "several", "single"), [("chess", "pgn", ""), ("shogi", "csa", "kif")])
def test_a_shard_is_exported_in_its_games_format(game: str, several: str, single: str, tmp_path: Path) -> None:
    records = [finished(game, seed) for seed in range(3)]
    write_shard(tmp_path / "games.parquet", records)
    export_games(tmp_path / "games.parquet", tmp_path / f"all.{several}")
    assert read_games(tmp_path / f"all.{several}") == records
    usual = formats_of(game)[0].suffix
    result = CliRunner().invoke(main, ["export", str(tmp_path / "games.parquet"), str(tmp_path / "folder")])
    assert result.exit_code == 0
    assert [read_games(path)[0] for path in sorted((tmp_path / "folder").glob(f"*.{usual}"))] == records
    if single:
        export_games(tmp_path / "games.parquet", tmp_path / f"many.{single}", last=2)
        assert [path.name for path in sorted((tmp_path / f"many.{single}").iterdir())] == [
            f"game-000002.{single}",
            f"game-000003.{single}",
        ]
        export_games(tmp_path / "games.parquet", tmp_path / f"one.{single}", last=1)
        assert read_games(tmp_path / f"one.{single}") == records[2:]
    with pytest.raises(InvalidParameter, match=f"is not for {game}"):
        export_games(tmp_path / "games.parquet", tmp_path / "x.sgf")


def test_a_match_keeps_its_games_in_their_format(tmp_path: Path) -> None:
    for game, folder in (("chess:max_plies=6", "pgn"), ("shogi", "kif")):
        match = tengen.play_match(game, ["random", "random"], games=2, seed=1, out=tmp_path / folder)
        paths = sorted((tmp_path / folder / folder).iterdir())
        assert [path.name for path in paths] == [f"game-00000{number}.{folder}" for number in (1, 2)]
        written = [read_games(path)[0] for path in paths]
        assert sorted((record.actions.tolist(), record.result) for record in written) == sorted(
            (played.actions, played.result) for played in match.games
        )
        paths[0].unlink()
        tengen.play_match(game, ["random", "random"], games=2, seed=1, out=tmp_path / folder)
        assert paths[0].exists()


def test_a_loaded_game_goes_on_where_the_file_ends(tmp_path: Path) -> None:
    (tmp_path / "game.pgn").write_text("1. e4 e5 2. Nf3 *\n")
    typed = f"undo\nsave {tmp_path}/on.pgn\nNc6\nsave {tmp_path}/on.pgn\nquit\n"
    result = CliRunner().invoke(
        main, ["play", "chess", "--agent", "random", "--as", "both", "--load", str(tmp_path / "game.pgn")], input=typed
    )
    assert "move 3: White Nf3" in result.output
    assert "Nc6 is not legal" in result.output  # the knight's move was taken back, so that White is to move
    (record,) = read_games(tmp_path / "on.pgn")
    assert len(record.actions) == 2
    assert math.isnan(record.result)
    result = CliRunner().invoke(main, ["play", "go", "--load", str(tmp_path / "game.pgn")])
    assert result.exit_code == 2
    assert "holds a game of chess, not of go" in result.output
