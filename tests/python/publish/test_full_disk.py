"""A disk that fills up at any moment of a publish: one line, the old release stays, room is made again."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
import tiny
from citymart.errors import CityMartError
from citymart.home import Home
from citymart.publishing import publish
from citymart.releases import current_release, releases_folder


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MB; only root can make one."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    made = mount and subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=8m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("a small file system can't be mounted here (needs root)")
    yield tmp_path
    subprocess.run([umount, "--lazy", tmp_path], check=True)


@pytest.mark.parametrize("kilobytes_left", [0, 200, 900, 1500, 2400])
def test_a_full_disk_costs_nothing_that_was_there(small_disk, tiny_project, kilobytes_left):
    home = Home.at(small_disk / "home")
    tiny.write_payments(home, tiny.ROWS)
    before = publish(home, project=tiny_project).release
    tiny.write_payments(home, [*tiny.ROWS, "4,Dee,4"])
    ballast = small_disk / "ballast"
    free = shutil.disk_usage(small_disk).free
    ballast.write_bytes(os.urandom(max(free - kilobytes_left * 1024, 0)))
    try:
        publish(home, project=tiny_project)
    except CityMartError as error:
        assert "is full: make room" in str(error)
        assert current_release(home).id == before.id
        assert [path.name for path in releases_folder(home).iterdir()] == [before.id]
        assert not (home.build / "candidate").exists()
    ballast.unlink()
    publish(home, project=tiny_project)
    assert current_release(home).id != before.id
