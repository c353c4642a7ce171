from pathlib import Path

import numpy as np
import pytest
import torch

from tengen.core.errors import InvalidCheckpoint
from tengen.nets.checkpoint import save_checkpoint
from tengen.nets.config import NetConfig
from tengen.nets.losses import Targets
from tengen.nets.network import Network
from tengen.nets.training import Trainer

SMALL = NetConfig(planes=4, actions_per_point=1, extra_actions=1, blocks=2, channels=8, score=True, score_utility=0.2)


def fresh(**options: object) -> Trainer:
    torch.manual_seed(11)
    return Trainer(Network(SMALL), **options)  # type: ignore[arg-type]


def batch(seed: int, size: int = 5, count: int = 16) -> tuple[np.ndarray, Targets]:
    """Random positions with random truths."""
    rng = np.random.default_rng(seed)
    x = (rng.random((count, 4, size, size)) < 0.4).astype(np.float32)
    targets = Targets(
        policy=torch.from_numpy(rng.dirichlet(np.full(size * size + 1, 0.1), count).astype(np.float32)),
        policy_weight=torch.ones(count),
        outcome=torch.eye(3)[rng.integers(0, 3, count)],
        score=torch.from_numpy(rng.normal(0, 10, count).astype(np.float32)),
        ownership=torch.from_numpy(rng.integers(-1, 2, (count, size, size)).astype(np.float32)),
    )
    return x, targets


def state(trainer: Trainer) -> dict[str, torch.Tensor]:
    """Everything that training has changed so far, copied."""
    kept = {f"network.{name}": tensor for name, tensor in trainer.network.state_dict().items()}
    kept |= {f"average.{name}": tensor for name, tensor in trainer.averaged.items()}
    return {name: tensor.clone() for name, tensor in kept.items()}


@pytest.mark.parametrize("matrix_lr", [0.0, 0.05])
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_a_tiny_batch_is_learned_by_heart(precision: str, matrix_lr: float) -> None:
    trainer = fresh(lr=1e-2, matrix_lr=matrix_lr, weight_decay=0.0, precision=precision)
    x, targets = batch(1, count=8)
    first = trainer.step(x, targets)
    for _ in range(150):
        last = trainer.step(x, targets)
    assert first["policy"] > 0.5
    assert last["policy"] < 0.1
    assert last["value"] < 0.1
    assert last["ownership"] < 0.5 * first["ownership"]
    assert last["score"] < 0.2 * first["score"]


def test_losses_are_reported_by_name() -> None:
    found = fresh().step(*batch(1))
    assert set(found) == {"total", "policy", "value", "ownership", "score", "reply", "near", "gradient"}
    assert all(np.isfinite(list(found.values())))


def test_boards_of_several_sizes_train_one_network() -> None:
    trainer = fresh()
    for size in (5, 3, 7):
        assert np.isfinite(trainer.step(*batch(size, size))["total"])


def test_a_learning_rate_of_zero_changes_no_weight() -> None:
    trainer = fresh()
    before = [parameter.clone() for parameter in trainer.network.parameters()]
    trainer.step(*batch(1), share=0.0)
    assert all(torch.equal(old, new) for old, new in zip(before, trainer.network.parameters(), strict=True))


def test_gradients_are_clipped() -> None:
    trainer = fresh(grad_clip=1e-3)
    found = trainer.step(*batch(1))
    assert found["gradient"] > 1e-3
    norm = torch.stack([p.grad.norm() for p in trainer.network.parameters() if p.grad is not None]).norm()
    assert float(norm) == pytest.approx(1e-3, rel=1e-2)


def test_weights_decay_but_biases_and_normalisation_do_not() -> None:
    trainer = fresh(weight_decay=0.1)
    decays = {id(p): group["weight_decay"] for group in trainer.optimizers[0].param_groups for p in group["params"]}
    for name, parameter in trainer.network.named_parameters():
        plain = name.endswith("bias") or ".norm." in name
        assert decays[id(parameter)] == (0.0 if plain else 0.1), name


def test_the_average_follows_the_weights_as_worked_out_step_by_step() -> None:
    trainer = fresh(ema_decay=0.5, precision="float32")
    expected = {name: tensor.clone() for name, tensor in trainer.network.state_dict().items()}
    for step in range(1, 6):
        trainer.step(*batch(step))
        decay = min(0.5, (1 + step) / (10 + step))
        for name, tensor in trainer.network.state_dict().items():
            if tensor.is_floating_point():
                expected[name] = decay * expected[name] + (1 - decay) * tensor
            else:
                expected[name] = tensor.clone()
    published = trainer.average().state_dict()
    assert "stem.norm.running_mean" in published
    for name, tensor in expected.items():
        torch.testing.assert_close(published[name], tensor, rtol=1e-5, atol=1e-6)


def test_a_published_average_does_not_change_when_training_goes_on() -> None:
    trainer = fresh()
    trainer.step(*batch(1))
    published = trainer.average()
    before = {name: tensor.clone() for name, tensor in published.state_dict().items()}
    trainer.step(*batch(2))
    assert all(torch.equal(before[name], tensor) for name, tensor in published.state_dict().items())
    assert not published.training


@pytest.mark.parametrize("matrix_lr", [0.0, 0.05])
@pytest.mark.parametrize("precision", ["float32", "auto"])
def test_resumed_training_is_the_same_to_the_byte(tmp_path: Path, precision: str, matrix_lr: float) -> None:
    whole = fresh(precision=precision, matrix_lr=matrix_lr)
    for seed in range(6):
        whole.step(*batch(seed), share=0.5 * (seed + 1))
    halted = fresh(precision=precision, matrix_lr=matrix_lr)
    for seed in range(3):
        halted.step(*batch(seed), share=0.5 * (seed + 1))
    halted.save(tmp_path / "state", {"positions": 48, "note": "half"})
    torch.manual_seed(99)
    resumed = Trainer(Network(SMALL), precision=precision, matrix_lr=matrix_lr)  # type: ignore[arg-type]
    assert resumed.load(tmp_path / "state") == {"positions": 48, "note": "half"}
    assert resumed.steps == 3
    for seed in range(3, 6):
        resumed.step(*batch(seed), share=0.5 * (seed + 1))
    expected, found = state(whole), state(resumed)
    assert expected.keys() == found.keys()
    assert [name for name in expected if not torch.equal(expected[name], found[name])] == []


def test_a_saved_state_does_not_change_when_training_goes_on(tmp_path: Path) -> None:
    trainer = fresh()
    trainer.step(*batch(1))
    trainer.save(tmp_path / "state")
    before = state(trainer)
    for seed in range(3):
        trainer.step(*batch(seed))
    trainer.load(tmp_path / "state")
    after = state(trainer)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_the_state_of_another_network_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    other = NetConfig(planes=4, actions_per_point=1, extra_actions=1, blocks=2, channels=16, score=True)
    Trainer(Network(other)).save(tmp_path / "state")
    trainer = fresh()
    before = state(trainer)
    with pytest.raises(InvalidCheckpoint, match="another network"):
        trainer.load(tmp_path / "state")
    after = state(trainer)
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_checkpoint_is_no_training_state(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "x", Network(SMALL), "go", {})
    with pytest.raises(InvalidCheckpoint, match="no training state"):
        fresh().load(tmp_path / "x")


def test_a_truncated_state_is_refused(tmp_path: Path) -> None:
    trainer = fresh()
    trainer.step(*batch(1))
    trainer.save(tmp_path / "state")
    data = (tmp_path / "state").read_bytes()
    for length in (0, 7, 100, len(data) // 2, len(data) - 1):
        (tmp_path / "state").write_bytes(data[:length])
        with pytest.raises(InvalidCheckpoint):
            trainer.load(tmp_path / "state")
