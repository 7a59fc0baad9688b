"""The dashboard's sources: typed, linted, tested, and its client generated from the OpenAPI document as it is now."""

import filecmp
import os
import subprocess
from pathlib import Path

from tests.makers import CHECKOUT

FRONTEND = CHECKOUT / "frontend"


def npm(*arguments: str) -> None:
    """Run npm with the Node of the virtual environment; its output is the failure's message."""
    path = f"{CHECKOUT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["npm", *arguments],
        cwd=FRONTEND,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-2000:]


def test_the_dashboard_is_typed_and_linted() -> None:
    npm("run", "--silent", "check")


def test_the_dashboards_functions_do_what_they_say() -> None:
    npm("test", "--silent")


def test_the_dashboards_client_is_generated_from_the_document_as_it_is(tmp_path: Path) -> None:
    npm("run", "--silent", "generate", "--", "--output", str(tmp_path / "generated"))
    kept = FRONTEND / "src" / "api" / "generated"
    names = [str(path.relative_to(kept)) for path in kept.rglob("*.ts")]
    _, different, missing = filecmp.cmpfiles(kept, tmp_path / "generated", names, shallow=False)
    assert (different, missing) == ([], []), "run: npm run generate"
