import torch

from cnnlab.networks.transfer.zero_shot import MappedClasses

OUTPUTS = torch.tensor([[9.0, 1, 0, 0], [0, 9, 8, 0], [1, 0, 0, 9]])


def test_answer_is_what_the_first_answer_of_the_network_stands_for():
    scores = MappedClasses([[0], [2, 1], [3]])(OUTPUTS)
    assert scores.shape == (3, 3)
    assert scores.argmax(1).tolist() == [0, 1, 2]


def test_class_scores_as_the_likeliest_of_those_that_stand_for_it():
    scores = MappedClasses([[0], [2, 1], [3]])(OUTPUTS)
    torch.testing.assert_close(scores[:, 1], OUTPUTS.log_softmax(1)[:, 1:3].amax(1))


def test_class_that_imagenet_lacks_is_never_the_answer():
    scores = MappedClasses([[0], [], [1, 2, 3]])(torch.randn(50, 4))
    assert (scores.argmax(1) != 1).all()
    assert scores.isfinite().all()
