"""What the container image, Terraform, Compose and Helm say of the product is true of it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import click
import pytest
import yaml

from api.cli import main
from api.settings import Settings
from tests.makers import CHECKOUT

DEPLOYMENTS = CHECKOUT / "terraform"
SETTING = re.compile(r"\bSEALWRIGHT_[A-Z0-9_]+\b")
# Of the files themselves: what Compose is told.
OF_COMPOSE = {"SEALWRIGHT_IMAGE"}
# The product's commands, as they stand in fenced blocks and code of texts.
COMMAND = re.compile(r"(?:^|[`$ ])sealwright ((?:[a-z][a-z-]* ?)+)", re.MULTILINE)


def files() -> list[Path]:
    found = [path for path in sorted(DEPLOYMENTS.rglob("*")) if path.is_file() and ".terraform" not in path.parts]
    return [CHECKOUT / "Dockerfile", *found]


def known_settings() -> set[str]:
    return {f"SEALWRIGHT_{name.upper()}" for name in Settings.model_fields}


def command_of(words: list[str]) -> click.Command | None:
    """The command that words name; None where one of them is none, and what follows a command is its arguments."""
    context, found = click.Context(main), cast("click.Command", main)
    for word in words:
        if not isinstance(found, click.Group):
            break
        next_one = found.get_command(context, word)
        if next_one is None:
            return None
        found = next_one
    return found


def flags_of(command: click.Command) -> set[str]:
    return {flag for one in command.params for flag in one.opts}


def document(path: str) -> Any:
    return yaml.safe_load((DEPLOYMENTS / path).read_text())


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_setting_that_is_named_is_one(path: Path) -> None:
    assert set(SETTING.findall(path.read_text())) - known_settings() - OF_COMPOSE == set()


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_command_that_is_named_is_one(path: Path) -> None:
    said = [words.split() for words in COMMAND.findall(path.read_text())]
    assert [" ".join(words) for words in said if command_of(words) is None] == []


def started() -> Iterator[tuple[str, list[str]]]:
    """What containers are started with, of all four."""
    for name, service in document("compose/compose.yaml")["services"].items():
        if "SEALWRIGHT_IMAGE" in service.get("image", ""):
            yield f"compose {name}", service["command"]
    image = (CHECKOUT / "Dockerfile").read_text()
    yield "image", re.findall(r'"([^"]+)"', image[image.rindex("\nCMD ") :])
    aws = (DEPLOYMENTS / "aws" / "migration.tf").read_text()
    found = re.search(r"command += \[(\"migrate\".*?)\]", aws)
    assert found is not None
    yield "aws migrate", [part.strip('"') for part in found[1].replace("local.serving", "ROLE").split(", ")]
    services = re.search(r"services = \{(.*?)\n  \}", (DEPLOYMENTS / "aws" / "services.tf").read_text(), re.DOTALL)
    assert services is not None
    yield from ((f"aws {name}", [name]) for name in re.findall(r"^    (\w+) += merge", services[1], re.MULTILINE))
    helm = (DEPLOYMENTS / "helm" / "templates" / "services.yaml").read_text()
    listed = re.search(r"range \$name := list (.*?) \}\}", helm)
    assert listed is not None
    yield from ((f"helm {name}", [name]) for name in re.findall(r'"(\w+)"', listed[1]))
    job = re.search(r"args: \[(migrate.*?)\]", (DEPLOYMENTS / "helm" / "templates" / "migration.yaml").read_text())
    assert job is not None
    yield "helm migrate", [part.split()[0] for part in job[1].replace("{{ .Values", "ROLE .Values").split(", ")]


@pytest.mark.parametrize(("where", "words"), list(started()), ids=[where for where, _ in started()])
def test_containers_start_commands_that_there_are(where: str, words: list[str]) -> None:
    command = command_of(words)
    assert command is not None, where
    assert {word for word in words if word.startswith("--")} <= flags_of(command)


def test_serve_worker_and_migrate_are_started_everywhere() -> None:
    there = {where: words[0] for where, words in started()}
    for kind in ("compose", "aws", "helm"):
        assert {word for where, word in there.items() if where.startswith(kind)} == {"serve", "worker", "migrate"}


def test_only_the_migration_connects_as_the_owner() -> None:
    compose = document("compose/compose.yaml")["services"]
    urls = {name: one["environment"]["SEALWRIGHT_DATABASE_URL"] for name, one in compose.items() if "command" in one
            and "SEALWRIGHT_DATABASE_URL" in (one.get("environment") or {})}  # fmt: skip
    owners = {name for name, url in urls.items() if "sealwright_owner" in url}
    assert (owners, set(urls)) == ({"migrate"}, {"serve", "worker", "migrate"})
    assert "local.owner}" not in (DEPLOYMENTS / "aws" / "services.tf").read_text()
    helm = {path.stem: path.read_text() for path in (DEPLOYMENTS / "helm" / "templates").glob("*.yaml")}
    assert [name for name, text in helm.items() if "secrets.migrating" in text] == ["migration"]
    assert [name for name, text in helm.items() if "secrets.serving" in text] == ["services"]


PULSE = 'test -n "$(find "$SEALWRIGHT_PULSE_FILE" -newermt \'-30 seconds\')"'


def test_every_place_asks_for_the_pulse_in_the_same_words() -> None:
    places = {
        "image": CHECKOUT / "Dockerfile",
        "aws": DEPLOYMENTS / "aws" / "services.tf",
        "helm": DEPLOYMENTS / "helm" / "templates" / "_helpers.tpl",
    }
    plain = {
        name: path.read_text().replace('\\"', '"').replace('"-30 seconds"', "'-30 seconds'")
        for name, path in places.items()
    }
    assert [name for name, text in plain.items() if PULSE not in text] == []


def test_roots_are_read_only_nobody_is_root_and_the_same_two_folders_are_written() -> None:
    image = (CHECKOUT / "Dockerfile").read_text()
    written = {"/var/lib/sealwright", "/tmp"}  # noqa: S108  (a container's own)
    assert "\nUSER 10001:10001\n" in image
    assert set(re.findall(r'"(/[^"]+)"', re.findall(r"^VOLUME (.*)$", image, re.MULTILINE)[0])) == written
    # What is shipped is root's: whoever breaks out of the server's code cannot change it.
    assert "--chown" not in image
    for one in ("serve", "worker", "migrate"):
        service = document("compose/compose.yaml")["services"][one]
        assert (service["read_only"], service["user"], service["cap_drop"]) == (True, "10001:10001", ["ALL"])
        mounts = [*service["tmpfs"], *(volume.split(":", 1)[1] for volume in service["volumes"])]
        assert {mount.split(":")[0] for mount in mounts} == written
    aws = (DEPLOYMENTS / "aws" / "services.tf").read_text()
    assert "readonlyRootFilesystem = true" in aws
    assert set(re.findall(r'containerPath = "([^"]+)"', aws)) == written
    helm = (DEPLOYMENTS / "helm" / "templates" / "_helpers.tpl").read_text()
    assert "readOnlyRootFilesystem: true" in helm
    assert set(re.findall(r"mountPath: ([^}]+)}", helm)) == written


def test_balancers_keep_connections_for_less_than_we_do_and_longer_than_our_streams_are_silent() -> None:
    found = re.search(r"idle_timeout = (\d+)", (DEPLOYMENTS / "aws" / "balancer.tf").read_text())
    assert found is not None
    kept, silent = (Settings.model_fields[name].default for name in ("keep_alive_s", "heartbeat_s"))
    assert silent < int(found[1]) < kept


def test_whoever_is_stopped_has_longer_than_it_takes() -> None:
    taken = re.search(r"timeout_graceful_shutdown=(\d+)", (CHECKOUT / "api" / "server.py").read_text())
    given = [
        re.search(r"stopTimeout = (\d+)", (DEPLOYMENTS / "aws" / "services.tf").read_text()),
        re.search(r"stop_grace_period: (\d+)s", (DEPLOYMENTS / "compose" / "compose.yaml").read_text()),
        re.search(
            r"terminationGracePeriodSeconds: (\d+)", (DEPLOYMENTS / "helm" / "templates" / "services.yaml").read_text()
        ),
    ]
    assert taken is not None
    # Kubernetes counts the ten seconds before the signal, too.
    assert all(one is not None and int(one[1]) >= int(taken[1]) + 10 + 10 for one in given)


def assigned(text: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z_]+) += (.*)$", text, re.MULTILINE))


@pytest.mark.parametrize("size", ["small", "large"])
def test_files_of_variables_set_variables_that_there_are_and_all_that_need_a_value(size: str) -> None:
    declared = (DEPLOYMENTS / "aws" / "variables.tf").read_text()
    blocks = re.findall(r'variable "([a-z_]+)" \{(.*?)\n\}', declared, re.DOTALL)
    needed = {name for name, body in blocks if "\n  default " not in body}
    text = (DEPLOYMENTS / "aws" / f"{size}.tfvars").read_text()
    said = re.search(r"Still to be said: (.*)\.", text)
    assert said is not None
    by_hand = set(said[1].split(", "))
    assert set(assigned(text)) | by_hand <= {name for name, _ in blocks}
    assert needed <= set(assigned(text)) | by_hand


def test_every_variable_and_local_name_of_terraform_is_used_and_every_use_is_declared() -> None:
    text = "\n".join(path.read_text() for path in sorted((DEPLOYMENTS / "aws").glob("*.tf")))
    declared = set(re.findall(r'^variable "([a-z_]+)"', text, re.MULTILINE))
    assert set(re.findall(r"\bvar\.([a-z_]+)", text)) == declared
    inside = re.findall(r"^locals \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    named = {name for body in inside for name in re.findall(r"^  ([a-z_]+) += ", body, re.MULTILINE)}
    assert set(re.findall(r"\blocal\.([a-z_]+)", text)) == named
    made = {f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', text, re.MULTILINE)}
    asked = set(
        re.findall(r"(?<![\w.\"])((?:aws|terraform)_[a-z0-9_]+\.[a-z_0-9]+)\b", re.sub(r"(?m)^\s*#.*$", "", text))
    )
    read = {f"{kind}.{name}" for kind, name in re.findall(r'^data "(\w+)" "(\w+)"', text, re.MULTILINE)}
    assert {one for one in asked if f"data.{one}" not in text} <= made
    assert set(re.findall(r"\bdata\.(\w+\.\w+)", text)) == read


def test_every_value_of_the_chart_is_used_and_every_use_has_one() -> None:
    values = document("helm/values.yaml")
    text = "\n".join(path.read_text() for path in (DEPLOYMENTS / "helm" / "templates").iterdir())
    used = set(re.findall(r"\.Values\.([A-Za-z.]+)", text)) | {"serve", "worker"}
    for path in used:
        held: Any = values
        for part in path.split("."):
            assert part in held, path
            held = held[part]
    assert {name for name in values if not any(one.split(".")[0] == name for one in used)} == set()


def test_links_of_the_readme_lead_somewhere() -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#]+)", (DEPLOYMENTS / "README.md").read_text())
    assert links != []
    assert [link for link in links if not (DEPLOYMENTS / link).exists()] == []
