import numpy as np
import pytest
import torch
from torch import nn

from tengen.nets.muon import Muon, orthogonal


@pytest.mark.parametrize("shape", [(6, 6), (4, 30), (30, 4)])
def test_singular_values_are_brought_near_one_and_directions_kept(shape: tuple[int, int]) -> None:
    matrices = torch.randn(3, *shape, generator=torch.Generator().manual_seed(2))
    found = orthogonal(matrices)
    for given, made in zip(matrices, found, strict=True):
        left, values, right = torch.linalg.svd(given, full_matrices=False)
        assert float(values.max() / values.min()) > 1.3
        turned = left.T @ made @ right.T  # diagonal where the directions are the same
        assert torch.allclose(turned, torch.diag(turned.diagonal()), atol=1e-3)
        assert float(turned.diagonal().min()) > 0.6
        assert float(turned.diagonal().max()) < 1.3


def test_a_step_is_worked_out_by_hand() -> None:
    """Momentum, a look ahead, an orthogonal matrix, and the rate times sqrt(rows / columns); decay comes first."""
    generator = torch.Generator().manual_seed(3)
    weight = nn.Parameter(torch.randn(8, 2, generator=generator))
    optimizer = Muon([weight], lr=0.1, momentum=0.9, weight_decay=0.5)
    expected, mean = weight.detach().clone(), torch.zeros(8, 2)
    for _ in range(3):
        weight.grad = torch.randn(8, 2, generator=generator)
        mean = 0.9 * mean + 0.1 * weight.grad
        step = orthogonal((0.1 * weight.grad + 0.9 * mean)[None])[0]
        expected = expected * (1 - 0.1 * 0.5) - 0.1 * 2.0 * step
        optimizer.step()
        torch.testing.assert_close(weight.detach(), expected)


def test_a_convolution_is_a_matrix_of_its_outputs() -> None:
    kernel = torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(4))
    gradient = torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(5))
    convolution = nn.Parameter(kernel.clone().to(memory_format=torch.channels_last))
    matrix = nn.Parameter(kernel.flatten(1).clone())
    for parameter, grad in ((convolution, gradient), (matrix, gradient.flatten(1))):
        parameter.grad = grad.to(memory_format=torch.channels_last) if grad.dim() == 4 else grad
        Muon([parameter], lr=0.1).step()
    torch.testing.assert_close(convolution.detach().flatten(1), matrix.detach())


def test_it_learns_what_one_direction_hides() -> None:
    """Least squares whose gradient one input dominates a thousandfold: all weights are found all the same."""
    rng = np.random.default_rng(6)
    inputs = torch.from_numpy(rng.normal(size=(256, 4)).astype(np.float32)) * torch.tensor([30.0, 1.0, 1.0, 1.0])
    truth = torch.from_numpy(rng.normal(size=(4, 4)).astype(np.float32))
    weight = nn.Parameter(torch.zeros(4, 4))
    optimizer = Muon([weight], lr=0.1)
    for step in range(300):
        optimizer.param_groups[0]["lr"] = 0.1 * (1 - step / 300)
        optimizer.zero_grad()
        (inputs @ (weight - truth)).square().mean().backward()
        optimizer.step()
    assert float((weight.detach() - truth).abs().max()) < 0.05
