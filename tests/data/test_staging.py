import pytest
import torch

from cnnlab.data.staging import Staging


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("shape", [(40, 3, 5, 7), (40, 9)])
def test_images_arrive_in_the_order_asked_for_though_buffers_are_used_again(shape):
    images = torch.randint(0, 256, shape, dtype=torch.uint8)
    if len(shape) == 4:
        images = images.contiguous(memory_format=torch.channels_last)
    staging = Staging(torch.device("cuda", 0))
    asked = [torch.randint(0, 40, (num_rows,)) for num_rows in (3, 20, 5, 30, 1, 40)]
    moved = [staging.move(images, rows) for rows in asked]
    for rows, result in zip(asked, moved):
        assert torch.equal(result.cpu(), images[rows])
        assert result.stride() == images[rows].stride()
