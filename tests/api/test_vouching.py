"""The audit trail is shown to be whole with the exported file alone."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from api.cli import main


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"SEALWRIGHT_DATA_DIR": str(folder)})


def test_an_exported_trail_verifies_offline_until_somebody_touches_it(tmp_path: Path) -> None:
    person = ("--email", "ann@acme.example", "--password", "correct horse battery")
    made = run(tmp_path, "tenant", "create", "--name", "Acme", "--slug", "acme", *person)
    assert made.exit_code == 0, made.output
    for name in ("one", "two"):
        run(tmp_path, "apikey", "create", "--tenant", "acme", "--email", "ann@acme.example", "--name", name)
    exported = run(tmp_path, "audit", "export", "--tenant", "acme")
    assert exported.exit_code == 0, exported.output
    lines = exported.stdout.splitlines()
    assert len(lines) >= 2
    path = tmp_path / "trail.jsonl"
    path.write_text(exported.stdout)
    sound = run(tmp_path, "audit", "verify", str(path))
    assert (sound.exit_code, json.loads(lines[-1])["hash"] in sound.stdout) == (0, True)
    changed = json.loads(lines[-1]) | {"subject": "something else"}
    for touched in ([*lines[:-1], json.dumps(changed)], lines[::-1], [lines[0], "nonsense"]):
        path.write_text("\n".join(touched))
        assert run(tmp_path, "audit", "verify", str(path)).exit_code == 1


def test_the_tenants_keys_are_wrapped_anew(tmp_path: Path) -> None:
    rotated = run(tmp_path, "secrets", "rotate")
    assert (rotated.exit_code, rotated.stdout) == (0, "0 keys wrapped anew\n")
