import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from tengen.core.errors import MissingExtra, UnknownName
from tengen.games.registry import make
from tengen.nets import openvino_graph
from tengen.nets.config import NetConfig
from tengen.nets.evaluator import Engine, NetworkEvaluator, OpenVinoRunner, few_sizes, near_size
from tengen.nets.network import Network
from tengen.nets.quantisation import MAX_DIVERGENCE, Agreement, agreement, split

ROOT = Path(__file__).resolve().parents[2]
ENGINES: list[Engine] = ["torch-float32", "torch", "openvino-float32", "openvino"]
SHAPES = [
    NetConfig(planes=17, actions_per_point=1, extra_actions=1, score=True, score_utility=0.2, blocks=3, channels=16),
    NetConfig(planes=3, actions_per_point=1, extra_actions=0, blocks=1, channels=8, pool_every=0),
    NetConfig(planes=5, actions_per_point=0, extra_actions=4, blocks=1, channels=8, pool_every=1),
    NetConfig(planes=6, actions_per_point=7, extra_actions=0, blocks=2, channels=8, score=True),
    NetConfig.for_game(make("go:size=9,komi=7"), blocks=2, channels=16),
]
GO = SHAPES[0]


def trained_a_little(config: NetConfig) -> Network:
    """A network whose normalisation has statistics and whose answers differ from position to position."""
    torch.manual_seed(5)
    network = Network(config).train()
    with torch.no_grad():
        for layer in (network.point_out, network.board_out):
            if layer is not None:
                layer.weight *= 10.0
        for _ in range(30):
            network(torch.from_numpy(observations(64, planes=config.planes)))
    return network.eval().requires_grad_(False)


def observations(batch: int, size: int = 9, planes: int = 17, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed + batch).random((batch, planes, size, size)) < 0.3).astype(np.float32)


def needs(engine: str) -> None:
    if engine.startswith("openvino") and importlib.util.find_spec("openvino") is None:
        pytest.skip("openvino is not installed")


def legal(config: NetConfig, batch: int, size: int = 9) -> np.ndarray:
    return np.ones((batch, config.num_actions(size, size)), bool)


def reference(network: Network, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    with torch.no_grad():
        output = network(torch.from_numpy(x))
        return output.policy.numpy(), network.value(output).numpy()


@pytest.mark.parametrize("config", SHAPES, ids=["go", "no pass, no pooling", "no points", "many planes", "counting"])
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_says_what_the_network_says(engine: Engine, config: NetConfig) -> None:
    needs(engine)
    network = trained_a_little(config)
    evaluator = NetworkEvaluator(network, engine=engine)
    assert evaluator.engine == engine
    for size in (9, 5):
        x = observations(7, size, config.planes)
        logits, values = evaluator(x, legal(config, 7, size))
        expected_logits, expected_values = reference(network, x)
        assert logits.shape == expected_logits.shape
        assert logits.dtype == values.dtype == np.float32
        tolerance = 1e-4 if engine.endswith("float32") else 0.04 * max(1.0, float(np.abs(expected_logits).max()))
        np.testing.assert_allclose(logits, expected_logits, atol=tolerance)
        np.testing.assert_allclose(values, expected_values, atol=1e-4 if engine.endswith("float32") else 0.03)


def test_int8_agrees_with_float32_and_says_so() -> None:
    needs("openvino")
    network = trained_a_little(GO)
    evaluator = NetworkEvaluator(network, engine="openvino-int8", calibration=observations(300))
    assert evaluator.engine == "openvino-int8"
    assert evaluator.note == ""
    assert evaluator.agreement is not None
    assert evaluator.agreement.good
    x = observations(100, seed=77)
    found = agreement(reference(network, x), evaluator(x, legal(GO, 100)))
    assert 0 < found.divergence < MAX_DIVERGENCE
    assert found.good


def test_int8_judges_right_on_average_what_it_was_calibrated_on() -> None:
    needs("openvino")
    network = trained_a_little(GO)
    x = observations(300)
    judged = NetworkEvaluator(network, engine="openvino-float32").runner(x)[1]
    runner = OpenVinoRunner(network, bf16=False, threads=1, calibration=x)
    before = np.abs((runner(x)[1] - judged).mean(axis=0)).max()
    runner.correct(x, judged)
    after = np.abs((runner(x)[1] - judged).mean(axis=0)).max()
    assert before > 1e-4
    assert after < before / 100


def test_int8_takes_observations_below_zero() -> None:
    needs("openvino")
    network = trained_a_little(GO)
    x = observations(300)
    x[:, 3] *= -0.5
    evaluator = NetworkEvaluator(network, engine="openvino-int8", calibration=x)
    assert agreement(reference(network, x), evaluator(x, legal(GO, 300))).good


def test_int8_is_given_up_where_it_differs_too_much() -> None:
    """One huge weight leaves nothing of the small ones in 8 bits of activations."""
    needs("openvino")
    network = trained_a_little(GO)
    assert isinstance(network.stem.conv, torch.nn.Conv2d)
    network.stem.norm.weight[0] *= 1e5
    evaluator = NetworkEvaluator(network, engine="openvino-int8", calibration=observations(300))
    assert evaluator.engine == "openvino"
    assert "int8 differs too much" in evaluator.note
    assert "\n" not in evaluator.note


@pytest.mark.parametrize("calibration", [None, observations(1)], ids=["none", "one position"])
def test_int8_without_calibration_falls_back(calibration: np.ndarray | None) -> None:
    needs("openvino")
    evaluator = NetworkEvaluator(trained_a_little(GO), engine="openvino-int8", calibration=calibration)
    assert evaluator.engine == "openvino"
    assert "calibrated" in evaluator.note


def test_an_agreement_of_nan_is_not_good() -> None:
    assert not Agreement(float("nan"), 0.0).good
    assert not Agreement(0.0, float("nan")).good


@pytest.mark.parametrize("count", [2, 3, 100, 5000])
def test_positions_for_the_check_are_not_those_of_the_calibration(count: int) -> None:
    numbered = np.arange(count, dtype=np.float32).reshape(count, 1, 1, 1)
    measured, held_out = split(numbered)
    assert len(measured) == len(held_out) > 0
    assert not set(measured.ravel()) & set(held_out.ravel())


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("batch", [1, 2, 3, 31, 33, 70])
def test_padding_the_batch_changes_no_row(engine: Engine, batch: int) -> None:
    needs(engine)
    network = trained_a_little(GO)
    evaluator = NetworkEvaluator(network, engine=engine)
    x = observations(70)
    whole_logits, whole_values = evaluator(x, legal(GO, 70))
    logits, values = evaluator(x[:batch], legal(GO, batch))
    tolerance = 1e-5 if engine.endswith("float32") else 0.02
    np.testing.assert_allclose(logits, whole_logits[:batch], atol=tolerance)
    np.testing.assert_allclose(values, whole_values[:batch], atol=tolerance)


def test_no_positions_give_no_answers() -> None:
    logits, values = NetworkEvaluator(trained_a_little(GO), engine="torch")(observations(0), legal(GO, 0))
    assert logits.shape == (0, 82)
    assert values.shape == (0,)


def test_sizes_that_are_dear_are_few_and_never_much_too_large() -> None:
    sizes = {batch: few_sizes(batch) for batch in range(1, 1025)}
    assert all(size >= batch for batch, size in sizes.items())
    assert all(size <= max(2 * batch - 1, 1) or batch <= 2 for batch, size in sizes.items())
    assert all(size <= 1.5 * batch for batch, size in sizes.items() if batch >= 64)
    assert len(set(sizes.values())) < 30


def test_sizes_that_are_cheap_waste_little() -> None:
    sizes = {batch: near_size(batch) for batch in range(1, 1025)}
    assert all(batch <= size < 2 * batch for batch, size in sizes.items())
    assert all(16 * (size - batch) <= batch for batch, size in sizes.items() if batch >= 48)
    assert len({size for size in sizes.values() if size <= 128}) < 40
    assert all(near_size(size) == size for size in sizes.values())


@pytest.mark.parametrize("engine", ENGINES)
def test_training_on_does_not_change_an_evaluator(engine: Engine) -> None:
    needs(engine)
    network = trained_a_little(GO)
    evaluator = NetworkEvaluator(network, engine=engine)
    x = observations(4)
    before = evaluator(x, legal(GO, 4))
    for parameter in network.parameters():
        parameter += 1.0
    after = evaluator(x, legal(GO, 4))
    np.testing.assert_array_equal(before[0], after[0])
    np.testing.assert_array_equal(before[1], after[1])


@pytest.mark.parametrize("engine", ENGINES)
def test_answers_are_no_views_of_what_is_reused(engine: Engine) -> None:
    needs(engine)
    evaluator = NetworkEvaluator(trained_a_little(GO), engine=engine)
    x = observations(8)
    logits, values = evaluator(x, legal(GO, 8))
    kept = logits.copy(), values.copy()
    x[:] = 1 - x
    evaluator(x, legal(GO, 8))
    np.testing.assert_array_equal(kept[0], logits)
    np.testing.assert_array_equal(kept[1], values)


def test_observations_may_be_strided() -> None:
    evaluator = NetworkEvaluator(trained_a_little(GO))
    x = observations(16)
    np.testing.assert_array_equal(evaluator(x[::2], legal(GO, 8))[0], evaluator(x[::2].copy(), legal(GO, 8))[0])


def test_judging_names_chances_and_points() -> None:
    network = trained_a_little(GO)
    x = observations(5)
    _, chances, lead = NetworkEvaluator(network, engine="torch-float32").judge(x)
    output = network(torch.from_numpy(x))
    assert output.score is not None
    np.testing.assert_allclose(chances, output.outcome.softmax(dim=1).numpy(), atol=1e-5)
    np.testing.assert_allclose(lead, 20 * output.score.numpy(), atol=1e-3)


def test_a_game_without_points_has_no_lead() -> None:
    _, _, lead = NetworkEvaluator(trained_a_little(SHAPES[1])).judge(observations(3, planes=3))
    assert lead.tolist() == [0.0, 0.0, 0.0]


def test_an_unknown_engine_is_an_error_that_names_the_near_one() -> None:
    with pytest.raises(UnknownName, match="did you mean 'openvino'"):
        NetworkEvaluator(trained_a_little(GO), engine="openvin")  # type: ignore[arg-type]


def test_without_openvino_its_engine_names_the_extra_and_auto_takes_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_graph, "available", lambda: False)
    network = trained_a_little(SHAPES[1])
    with pytest.raises(MissingExtra, match=r"pip install 'tengen\[openvino\]'"):
        NetworkEvaluator(network, engine="openvino")
    assert NetworkEvaluator(network, device="cpu").engine == "torch"


def test_openvino_is_loaded_when_it_is_needed_and_without_its_telemetry() -> None:
    needs("openvino")
    program = """
import sys
import numpy as np
from tengen.nets.evaluator import NetworkEvaluator
from tengen.nets.config import NetConfig
from tengen.nets.network import Network
assert "openvino" not in sys.modules
network = Network(NetConfig(planes=2, actions_per_point=1, extra_actions=0, blocks=1, channels=4))
NetworkEvaluator(network, engine="openvino")(np.zeros((1, 2, 3, 3), np.float32), np.ones((1, 9), bool))
assert "openvino" in sys.modules
assert not [name for name in sys.modules if name.startswith("openvino_telemetry")]
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_network_for_tic_tac_toe_judges_its_positions() -> None:
    game = make("tictactoe")
    network = Network(NetConfig.for_game(game, blocks=1, channels=8))
    logits, values = NetworkEvaluator(network)(game.observe(game.initial_state())[None], np.ones((1, 9), bool))
    assert logits.shape == (1, 9)
    assert abs(float(values[0])) < 0.5


def test_two_threads_may_need_openvino_first_at_once() -> None:
    needs("openvino")
    code = (
        "import threading\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from tengen.nets.openvino_graph import load\n"
        "barrier = threading.Barrier(4)\n"
        "def together(_):\n"
        "    barrier.wait()\n"
        "    return load()\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    print(len(set(map(id, pool.map(together, range(4))))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("1", "")
