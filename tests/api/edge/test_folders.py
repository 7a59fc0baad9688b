"""What is kept on the disk is for the server's own user alone."""

import os
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import main
from sandbox import Pool
from tests.makers import CHECKOUT, Product


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def create_tenant(folder: Path) -> str:
    """Run a command as an operator with an ordinary umask does; return what it said besides its answer."""
    command = [CHECKOUT / ".venv/bin/sealwright", "tenant", "create", "--name", "Acme", "--email", "a@acme.example"]
    environment = {"PATH": os.environ["PATH"], "SEALWRIGHT_DATA_DIR": str(folder)}
    ended = subprocess.run(
        [*command, "--password", "correct horse battery"],
        env=environment, capture_output=True, text=True, check=False, umask=0o022,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout + ended.stderr


def test_a_command_makes_a_data_directory_that_is_its_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "kept" / "here"
    assert "closed" not in create_tenant(folder)
    assert mode(folder) == 0o700
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"sealwright.db"}
    assert [path for path in files if mode(path) & 0o077] == []


@pytest.mark.parametrize("was", [0o755, 0o777, 0o750, 0o711, 0o770, 0o1777, 0o2775])
def test_one_that_stands_open_is_closed_and_the_operator_is_told(tmp_path: Path, was: int) -> None:
    folder = tmp_path / "data"
    create_tenant(folder)
    folder.chmod(was)
    (folder / "secrets.keys").touch()
    for name in ("sealwright.db", "secrets.keys"):
        (folder / name).chmod(0o644)
    command = [CHECKOUT / ".venv/bin/sealwright", "apikey", "create", "--tenant", "acme", "--email", "a@acme.example"]
    environment = {"PATH": os.environ["PATH"], "SEALWRIGHT_DATA_DIR": str(folder)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, umask=0o022)
    assert "closed now" in ended.stdout + ended.stderr
    assert mode(folder) & 0o777 == 0o700
    assert [path for path in folder.iterdir() if path.is_file() and mode(path) & 0o077] == []


async def test_what_a_served_product_keeps_is_its_own(product: Product) -> None:
    folder = product.settings.data_dir
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.glob("sealwright.db*")} == {0o600}
    assert mode(folder / "secrets.keys") == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a right to give up")
async def test_workers_are_nobody_although_they_may_not_walk_through_the_data_directory(pool: Pool) -> None:
    assert pool.walls["unprivileged user"] == "active (nobody)"


@pytest.mark.parametrize("command", [["doctor"], ["keys", "list"], ["image", "--help"], ["no such"]])
def test_a_command_leaves_the_umask_of_the_process_that_ran_it(tmp_path: Path, command: list[str]) -> None:
    before = os.umask(0o027)
    try:
        CliRunner().invoke(main, command, env={"SEALWRIGHT_DATA_DIR": str(tmp_path / "data")})
        left = os.umask(0o027)
    finally:
        os.umask(before)
    assert left == 0o027
