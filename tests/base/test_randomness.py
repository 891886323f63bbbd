import torch
from torch import nn

from cnnlab.base.randomness import generator, initialise, seed_epoch, seed_of


def weights_of(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def test_equal_counters_give_equal_draws():
    first, second = (torch.rand(4, generator=generator(7, "order", 3)) for _ in range(2))
    assert torch.equal(first, second)


def test_seed_stream_and_counter_each_change_the_draw():
    counted = [(0, "order", 0), (1, "order", 0), (0, "augment", 0), (0, "order", 1)]
    assert len({seed_of(*each) for each in counted}) == 4


def test_seed_of_a_draw_is_pinned():
    assert seed_of(0, "order", 0) == 3471081512423777433  # another value would change every published result


def test_module_keeps_its_initial_weights_when_others_are_added():
    small = nn.Sequential()
    small.add_module("fc1", nn.Linear(4, 4))
    large = nn.Sequential()
    for name, module in [("norm", nn.LayerNorm(4)), ("fc0", nn.Linear(4, 4)), ("fc1", nn.Linear(4, 4))]:
        large.add_module(name, module)
    initialise(small, seed=3)
    initialise(large, seed=3)
    assert torch.equal(small.fc1.weight, large.fc1.weight)
    assert not torch.equal(large.fc0.weight, large.fc1.weight)


def test_another_seed_gives_other_initial_weights():
    model = nn.Linear(4, 4)
    initialise(model, seed=0)
    before = weights_of(model)
    initialise(model, seed=1)
    assert not torch.equal(before["weight"], model.weight)


def test_initialising_leaves_the_global_generator_alone():
    model = nn.Linear(2, 2)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    initialise(model, seed=0)
    assert torch.equal(torch.rand(1), expected)


def test_dropout_draws_of_an_epoch_do_not_depend_on_what_came_before():
    seed_epoch(0, 4)
    expected = torch.rand(3)
    torch.rand(100)
    seed_epoch(0, 4)
    assert torch.equal(torch.rand(3), expected)
