import math

import pytest
import torch

from tengen.nets.losses import Losses, LossWeights, Targets, losses
from tengen.nets.network import NetOutput

UNIFORM = NetOutput(torch.zeros(2, 4), torch.zeros(2, 3), torch.zeros(2, 2, 2), torch.zeros(2))


def targets(**changed: object) -> Targets:
    usual = Targets(
        policy=torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]]),
        policy_weight=torch.ones(2),
        outcome=torch.tensor([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        score=torch.tensor([10.0, -10.0]),
        ownership=torch.tensor([[[1.0, 1.0], [1.0, -1.0]], [[0.0, 0.0], [0.0, 0.0]]]),
    )
    return usual._replace(**changed)


def as_floats(found: Losses) -> dict[str, float]:
    return {name: float(loss) for name, loss in found._asdict().items()}


def test_an_indifferent_network_loses_what_was_worked_out_by_hand() -> None:
    found = as_floats(losses(UNIFORM, targets()))
    assert found["policy"] == pytest.approx((math.log(4) + math.log(2)) / 2)
    assert found["value"] == pytest.approx(math.log(3))
    assert found["ownership"] == pytest.approx(math.log(2))
    assert found["score"] == pytest.approx(0.5 * 0.5**2)
    assert found["total"] == pytest.approx(math.log(4) + math.log(3) + 0.5 * math.log(2) + 0.25 * 0.125)


def test_a_policy_of_no_weight_does_not_count() -> None:
    found = as_floats(losses(UNIFORM, targets(policy_weight=torch.tensor([0.0, 2.0]))))
    assert found["policy"] == pytest.approx(math.log(2))


def test_a_batch_without_any_policy_still_trains_the_value() -> None:
    found = as_floats(losses(UNIFORM, targets(policy_weight=torch.zeros(2))))
    assert found["policy"] == 0.0
    assert found["total"] == pytest.approx(math.log(3) + 0.5 * math.log(2) + 0.25 * 0.125)


def test_the_policy_loss_of_a_perfect_policy_is_zero_whatever_its_entropy() -> None:
    policy = torch.softmax(torch.randn(2, 4, generator=torch.Generator().manual_seed(1)), dim=1)
    output = UNIFORM._replace(policy=policy.log() + 3.0)
    assert as_floats(losses(output, targets(policy=policy)))["policy"] == pytest.approx(0.0, abs=1e-6)


def test_illegal_actions_can_be_left_out_of_the_softmax() -> None:
    output = UNIFORM._replace(policy=torch.tensor([[0.0, 0.0, 5.0, 9.0], [0.0, 0.0, 5.0, 9.0]]))
    legal = torch.tensor([[True, True, False, False]] * 2)
    assert as_floats(losses(output, targets(legal=legal)))["policy"] == pytest.approx(math.log(2) / 2)
    assert as_floats(losses(output, targets()))["policy"] > 5


def test_ownership_is_right_where_tanh_of_the_output_is_the_expected_owner() -> None:
    expected = torch.tensor([[[0.5, -0.3], [0.0, 0.9]], [[0.1, 0.2], [0.3, 0.4]]])
    output = UNIFORM._replace(ownership=torch.atanh(expected).requires_grad_())
    losses(output, targets(ownership=expected)).ownership.backward()
    assert output.ownership is not None
    assert output.ownership.grad is not None
    assert float(output.ownership.grad.abs().max()) < 1e-6


def test_a_game_without_points_has_no_ownership_and_no_score_loss() -> None:
    output = UNIFORM._replace(ownership=None, score=None)
    found = as_floats(losses(output, targets(ownership=None, score=None)))
    assert found["ownership"] == found["score"] == 0.0


def test_weights_scale_the_parts_of_the_total() -> None:
    found = as_floats(losses(UNIFORM, targets(), LossWeights(policy=0.0, value=2.0, ownership=0.0, score=0.0)))
    assert found["total"] == pytest.approx(2 * math.log(3))


def test_reply_and_near_values_are_least_where_they_are_met_and_ignore_games_that_have_ended() -> None:
    output = UNIFORM._replace(reply=torch.zeros(2, 4), near=torch.zeros(2, 2))
    wanted = targets(
        reply=torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]),
        reply_weight=torch.tensor([1.0, 0.0]),
        near=torch.tensor([[0.5, -0.5], [0.0, 0.0]]),
    )
    found = as_floats(losses(output, wanted))
    assert found["reply"] == pytest.approx(math.log(4))
    assert found["near"] == pytest.approx(0.25)
    met = output._replace(reply=torch.tensor([[50.0, 0.0, 0.0, 0.0]] * 2), near=torch.atanh(wanted.near))
    assert as_floats(losses(met, wanted))["reply"] == pytest.approx(0.0, abs=1e-6)
    assert as_floats(losses(met, wanted))["near"] == pytest.approx(0.0, abs=1e-6)
