import torch
from torch import nn

from cnnlab.training.step import Clipping, gradient_sizes


def with_gradients():
    model = nn.Linear(2, 1)
    model.weight.grad, model.bias.grad = torch.tensor([[3.0, -4.0]]), torch.tensor([12.0])
    return model


def test_sizes_of_gradients_are_mean_maximum_and_sum_of_squares():
    assert gradient_sizes(with_gradients()).tolist() == [[3.5, 4.0, 25.0], [12.0, 12.0, 144.0]]
    assert gradient_sizes(nn.ReLU()).shape == (0, 3)


def test_gradients_are_clipped_by_value_before_they_are_by_norm():
    model = with_gradients()
    Clipping(value=4.0).apply(model)
    assert model.weight.grad.tolist() == [[3.0, -4.0]]
    assert model.bias.grad.tolist() == [4.0]
    Clipping(norm=0.5, value=1.0).apply(model)
    norm = torch.cat((model.weight.grad.flatten(), model.bias.grad)).norm()
    torch.testing.assert_close(norm, torch.tensor(0.5), rtol=1e-5, atol=0)
