import torch
from torch import nn

from cnnlab.runs.inspecting.grad_cam import LEAST, grad_cam


class Mean(nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def pooled(*layers):
    """Return maps, their means, a linear layer: of such a network Grad-CAM is CAM (Zhou et al. 2016)."""
    torch.manual_seed(0)
    return nn.Sequential(*layers, Mean(), nn.Linear(5, 3)).eval()


def test_heat_is_the_maps_weighted_by_the_class_where_a_mean_and_a_linear_layer_follow():
    network = pooled(nn.Conv2d(1, 5, 3, padding=1), nn.ReLU())
    with torch.no_grad():
        network[-1].weight.abs_()[:, 0].neg_()
    images = torch.rand(2, 1, 8, 8)
    classes = torch.tensor([2, 0])
    found = grad_cam(network, images, classes)
    maps = network[:2](images)
    cam = torch.einsum("nk,nkhw->nhw", network[-1].weight[classes], maps).relu()
    torch.testing.assert_close(found.maps, cam / cam.amax((1, 2), keepdim=True), rtol=1e-4, atol=1e-5)
    assert (found.stage, found.side) == ("0", 8)


def test_maps_too_coarse_to_tell_where_are_left_for_earlier_ones():
    network = pooled(nn.Conv2d(1, 4, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(4, 5, 3, padding=1), nn.MaxPool2d(4))
    assert grad_cam(network, torch.rand(1, 1, 8, 8), torch.tensor([1])).side == LEAST
    coarse = pooled(nn.Conv2d(1, 4, 3, padding=1), nn.MaxPool2d(4), nn.Conv2d(4, 5, 1))
    assert grad_cam(coarse, torch.rand(1, 1, 8, 8), torch.tensor([1])).side == 8


def test_class_that_is_found_nowhere_has_no_heat():
    network = pooled(nn.Conv2d(1, 5, 1), nn.ReLU())
    with torch.no_grad():
        network[-1].weight[1] = -1.0
    assert grad_cam(network, torch.rand(1, 1, 8, 8), torch.tensor([1])).maps.abs().max() == 0


def test_network_without_maps_or_without_slopes_has_none():
    assert grad_cam(nn.Sequential(nn.Flatten(), nn.Linear(16, 3)), torch.rand(1, 1, 4, 4), torch.tensor([0])) is None

    class Nearest(nn.Module):
        def forward(self, x):
            return (x > 0.5).float()

    network = nn.Sequential(nn.Conv2d(1, 5, 1), Mean(), Nearest())
    assert grad_cam(network, torch.rand(1, 1, 8, 8), torch.tensor([0])) is None


def test_weights_get_no_gradient_and_frozen_ones_do_not_matter():
    network = pooled(nn.Conv2d(1, 5, 3), nn.ReLU()).requires_grad_(False)
    assert grad_cam(network, torch.rand(1, 1, 8, 8), torch.tensor([0])) is not None
    network.requires_grad_(True)
    grad_cam(network, torch.rand(1, 1, 8, 8), torch.tensor([0]))
    assert all(p.grad is None for p in network.parameters())
