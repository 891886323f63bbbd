"""Memory that this process may still take."""

import sys
from pathlib import Path

import pytest

from cnnlab.base import free_memory
from cnnlab.base.free_memory import free_memory_bytes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def test_free_memory_is_what_the_machine_says():
    total = int(Path("/proc/meminfo").read_text().split()[1]) * 1024
    assert 2**20 < free_memory_bytes() < total


def test_limit_of_a_container_counts_without_the_cached_files(tmp_path, monkeypatch):
    monkeypatch.setattr(free_memory, "_GROUPS", tmp_path)
    (tmp_path / "memory.max").write_text("1000\n")
    (tmp_path / "memory.current").write_text("700\n")
    (tmp_path / "memory.stat").write_text("anon 600\ninactive_file 50\n")
    assert free_memory_bytes() == 350
    (tmp_path / "memory.max").write_text("max\n")
    assert free_memory_bytes() > 2**20
