"""Images for the tests of augmentations."""

import torch


def noise(num=5, channels=3, size=8, seed=0):
    """Return images without structure: whatever is computed wrongly shows."""
    g = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (num, channels, size, size), dtype=torch.uint8, generator=g)


def smooth(num=5, channels=3, size=32):
    """Return images that change little from pixel to pixel, as photographs do."""
    coarse = torch.nn.functional.interpolate(noise(num, channels, 4).float(), size=size, mode="bicubic")
    return coarse.clamp(0, 255).round().to(torch.uint8)


def uniform(num, num_draws, seed=1):
    """Return draws as an epoch has them."""
    return torch.rand(num, num_draws, generator=torch.Generator().manual_seed(seed))


def difference(first, second):
    """Return the absolute difference of every pixel."""
    return (first.int() - second.int()).abs()
