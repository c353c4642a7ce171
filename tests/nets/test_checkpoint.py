import errno
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save

from tengen.core.errors import InvalidCheckpoint
from tengen.games.registry import make
from tengen.nets import checkpoint
from tengen.nets.checkpoint import load_checkpoint, save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.network import Network

PROVENANCE: dict[str, checkpoint.Json] = {
    "steps": 1200,
    "games": 50,
    "minutes": 2.5,
    "commit": "0123abc",
    "parents": [],
}


@pytest.fixture
def network() -> Network:
    torch.manual_seed(3)
    return Network(NetConfig.for_game(make("tictactoe"), blocks=1, channels=4))


@pytest.fixture
def path(tmp_path: Path, network: Network) -> Path:
    path = tmp_path / "best.safetensors"
    save_checkpoint(path, network, "tictactoe", PROVENANCE)
    return path


def rewrite(path: Path, **changes: object) -> None:
    """Writes the same tensors again with other notes."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    note = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["tengen"])
    path.write_bytes(save(load(data), {"tengen": json.dumps({**note, **changes})}))


def refusal(path: Path, game: str = "tictactoe") -> str:
    with pytest.raises(InvalidCheckpoint) as caught:
        load_checkpoint(path, make(game))
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def test_a_checkpoint_gives_back_what_was_saved(path: Path, network: Network) -> None:
    found = load_checkpoint(path, make("tictactoe"))
    assert found.game_text == "tictactoe"
    assert found.config == network.config
    assert found.provenance == PROVENANCE
    assert not found.network.training
    x = torch.rand(2, 3, 3, 3)
    network.eval()
    assert torch.equal(found.network(x).policy, network(x).policy)


def test_the_same_network_gives_the_same_bytes(path: Path, network: Network, tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "again", network, "tictactoe", PROVENANCE)
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_further_tensors_travel_along(tmp_path: Path, network: Network) -> None:
    save_checkpoint(tmp_path / "x", network, "tictactoe", {}, {"calibration": torch.arange(6.0).reshape(2, 3)})
    extra = load_checkpoint(tmp_path / "x").extra_tensors
    assert list(extra) == ["calibration"]
    assert extra["calibration"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_file_cut_short_anywhere_is_refused(path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    cut = tmp_path / "cut"
    for length in [*range(400), *range(400, len(data), 251), len(data) - 1]:
        cut.write_bytes(data[:length])
        refusal(cut)


def test_a_flipped_byte_is_noticed_wherever_it_is(path: Path) -> None:
    data = path.read_bytes()
    for place in [*range(0, len(data), 97), len(data) - 1]:
        broken = bytearray(data)
        broken[place] ^= 0x10
        path.write_bytes(broken)
        refusal(path)


@pytest.mark.parametrize(
    "content", [b"", b"x", b"PK\x03\x04 a zip", b"\x00" * 100, b"\xff" * 100, b"(;GM[1]FF[4])" * 9]
)
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    other = tmp_path / "other"
    other.write_bytes(content)
    refusal(other)


def test_tensors_of_another_program_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(save({"weight": torch.zeros(3)}))
    assert "no checkpoint of Tengen" in refusal(other)


def test_no_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "there is no file" in refusal(tmp_path / "absent")
    assert "cannot be read" in refusal(tmp_path)


def test_another_format_version_is_refused_by_its_number(path: Path) -> None:
    rewrite(path, version=2)
    assert "format version 2" in refusal(path)


def test_a_changed_header_is_noticed(path: Path) -> None:
    rewrite(path, header={"game": "go"})
    assert "damaged" in refusal(path)


def test_a_network_of_other_planes_or_actions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    network = Network(NetConfig(planes=4, actions_per_point=1, extra_actions=0, blocks=1, channels=4))
    save_checkpoint(path, network, "tictactoe", {})
    message = refusal(path)
    assert "4 planes" in message
    assert "3 planes" in message


def test_a_network_of_another_game_is_refused_by_both_names(path: Path) -> None:
    message = refusal(path, "go:size=9")
    assert "plays tictactoe, not go" in message


def test_one_go_network_fits_every_board_and_komi(tmp_path: Path) -> None:
    path = tmp_path / "go"
    game = make("go:size=9,komi=7")
    save_checkpoint(path, Network(NetConfig.for_game(game, blocks=1, channels=4)), game.text, {})
    other = make("go:size=5,komi=24")
    found = load_checkpoint(path, other).network
    policy = found(torch.from_numpy(other.observe(other.initial_state()))[None]).policy
    assert policy.shape == (1, other.num_actions)


def test_a_checkpoint_read_without_a_game_is_not_compared_with_one(path: Path) -> None:
    assert load_checkpoint(path).game_text == "tictactoe"


def test_a_disk_that_fails_leaves_the_old_checkpoint_and_nothing_else(
    path: Path, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 1.0

    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("os.fsync", "os.replace", "pathlib.Path.write_bytes"):
        with monkeypatch.context() as patch:
            patch.setattr(name, full)
            with pytest.raises(OSError, match="No space left"):
                save_checkpoint(path, network, "tictactoe", PROVENANCE)
        assert path.read_bytes() == before
        assert list(path.parent.iterdir()) == [path]
