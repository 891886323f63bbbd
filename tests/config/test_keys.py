import dataclasses
import subprocess
import sys

from cnnlab.config.keys import keys_of, roles, without
from cnnlab.config.roles import Role
from cnnlab.config.run_config import DatasetConfig, RunConfig


def test_every_field_declares_its_role():
    of_dataset = {f"dataset.{field.name}" for field in dataclasses.fields(DatasetConfig)}
    assert roles().keys() == {field.name for field in dataclasses.fields(RunConfig)} | of_dataset


def test_keys_are_found_by_their_roles():
    assert keys_of(Role.STUDY) == {"study", "seconds_to", "reported", "small", "half"}
    assert keys_of(Role.STUDY, Role.MACHINE) > {"study", "threads", "dataset.memory_limit"}


def test_keys_of_a_role_are_taken_out_wherever_they_stand():
    plain = {"seed": 0, "threads": 2, "dataset": {"name": "digits", "memory_limit": 1.0}, "new": {"threads": 3}}
    assert without(plain, Role.MACHINE) == {"seed": 0, "dataset": {"name": "digits"}, "new": {"threads": 3}}


def test_keys_are_known_without_torch():
    code = "import sys, cnnlab.config.keys; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
