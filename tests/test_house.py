"""The rules of the house, as tests: what a reviewer would otherwise have to remember."""

import ast
import importlib
import importlib.util
import json
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api import schemas
from api.app import rest_app
from api.auth import deps
from api.mcp.tools import BUILTINS
from api.problems import STATUS
from api.routes.people import account
from api.settings import Settings
from sandbox.capabilities import CAPABILITIES, tools
from tenants import models
from tenants.base import errors
from tenants.base.tenancy import TenantOwned
from tenants.confinement import spec_fields
from tests.conftest import LONG_FIRST
from tests.makers import CHECKOUT

PACKAGES = ("api", "tenants", "sandbox")
# Read before a tenant is known: found by unique hash or name only.
GLOBAL_TABLES = {
    "tenants",
    "users",
    "sessions",
    "oauth_clients",
    "oauth_codes",
    "oauth_families",
    "oauth_refresh_tokens",
    "oauth_device_codes",
    "oauth_signing_keys",
    # What processes serve, whoever calls.
    "images",
    # About a person, who may belong to several tenants.
    "attempts",
    "mail_tokens",
    "outgoing_letters",
    "second_steps",
    "totps",
    "passkeys",
    "recovery_codes",
}
PUBLIC_ROUTES = {
    "sign_up",
    "sign_in",
    # Asked with the token of a letter.
    "read_sign_up",
    "confirm_sign_up",
    "ask_password_reset",
    "finish_password_reset",
    # Asked with the cookie of a sign-in that waits for its second factor.
    "read_second_factors",
    "challenge_passkey",
    "show_second_factor",
    "read_health",
    "read_image",
    "read_spec_schema",
    "list_gates",
    "read_sdk",
    # Asked with the token of a link in the path.
    "download_file",
    "read_invitation",
    "sign_up_by_invitation",
}
# The only place that may import each. What is not here may be imported anywhere its package's contract allows.
DOORS: dict[str, str | tuple[str, ...]] = {
    # What others wrote goes through the first; the other two are our own tables.
    "sqlite3": ("sandbox/sqlite/", "tenants/journal/sqlite.py", "tenants/base/change_counts.py"),
    "yaml": "tenants/confined/documents.py",
    # Sources of tools in confined processes; the last reads our own.
    "ast": ("sandbox/rules/", "sandbox/syntax/", "tenants/gates/", "sandbox/manuals.py"),
    "wasmtime": "sandbox/machine/",
    "componentize_py": "sandbox/image/compiler.py",
    "anthropic": "tenants/vendors/author.py",
    "aiosmtplib": "tenants/capabilities/email/smtp.py",
    "jsonschema_rs": "tenants/schemas/json_schemas.py",
    "botocore": "tenants/vendors/kms.py",
    "obstore": "tenants/capabilities/files/buckets.py",
    "cryptography": (
        "tenants/base/key_ring.py",
        "tenants/capabilities/http/signatures.py",
        "sandbox/capabilities/verification/public_keys.py",
    ),
    "webauthn": "tenants/sign_in/passkeys.py",
    "segno": "tenants/sign_in/authenticators.py",
    "idna": "tenants/people/email_addresses.py",
    "authlib": "api/oauth/",
    "joserfc": "api/oauth/",
    "pydantic_settings": "api/settings.py",
    "prometheus_client": "tenants/telemetry/metrics.py",
    "opentelemetry": "tenants/telemetry/exporting.py",
    "requests": "tenants/telemetry/exporting.py",
}
# What reads, matches and plays strangers' texts: it is imported by confined processes, by the name of the last one.
CONFINED = (
    "sandbox.rules",
    "sandbox.worlds",
    "tenants.confined.documents",
    "tenants.gates",
    "tenants.confined.spec_rules",
    "tenants.confined.jobs",
)
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX, FUNCTION_LINES_P90_MAX = 50, 20
FOLDER_FILES_MAX = 15
SAME_NAME_MAX = 8
LONG_FUNCTIONS = {
    # They may call nothing that a tool could change: what they use are parameters of their own.
    "sandbox/guest/sealwright_runner/forms.py:_fits",
    "sandbox/guest/sealwright_runner/guard.py:install",
}


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", *patterns], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return [CHECKOUT / line for line in listed.stdout.splitlines()]


def our_modules() -> list[Path]:
    found = tracked(*(f"{package}/**.py" for package in PACKAGES), *(f"{package}/*.py" for package in PACKAGES))
    return [path for path in found if "migrations/versions" not in str(path) and "generated" not in path.parts]


def functions() -> list[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    return [
        (path, node)
        for path in our_modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def test_files_and_functions_stay_small() -> None:
    lengths = {path: path.read_text().count("\n") for path in our_modules()}
    too_long = [f"{path}: {length} lines" for path, length in lengths.items() if length > FILE_LINES_MAX]
    too_long += [
        f"{path}:{node.lineno} {node.name}: {lines_of(node)} lines"
        for path, node in functions()
        if lines_of(node) > FUNCTION_LINES_MAX and f"{path.relative_to(CHECKOUT)}:{node.name}" not in LONG_FUNCTIONS
    ]
    assert too_long == []


def test_nine_functions_of_ten_are_short() -> None:
    lengths = sorted(lines_of(node) for _, node in functions())
    assert lengths[len(lengths) * 9 // 10] <= FUNCTION_LINES_P90_MAX


def test_a_folder_holds_no_more_than_can_be_taken_in() -> None:
    held = Counter(path.parent for path in our_modules() if path.name != "__init__.py")
    assert [f"{folder}: {count} files" for folder, count in held.items() if count > FOLDER_FILES_MAX] == []


def test_a_public_verb_is_found_by_grep() -> None:
    """Where ten modules share a verb, looking for it finds nothing: it says its noun, too."""
    defined = Counter(
        node.name
        for path in our_modules()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not is_of_a_protocol(path, node.name)
    )
    assert [f"{name}: {count} modules" for name, count in defined.items() if count > SAME_NAME_MAX] == []


def is_of_a_protocol(path: Path, name: str) -> bool:
    """Every gate is a module with this one function: tenants.gates.Gate."""
    return name == "check" and path.is_relative_to(CHECKOUT / "tenants" / "gates")


def imported(path: Path) -> set[str]:
    """The packages that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def reached(path: Path) -> set[str]:
    """As `imported`, with the names that are imported from packages: some of them are modules."""
    names = imported(path)
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_confined(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in CONFINED)


def test_each_foreign_thing_has_one_door() -> None:
    strays = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in our_modules()
        if "sandbox/guest" not in str(path)
        for name in imported(path)
        if not str(path.relative_to(CHECKOUT)).startswith(DOORS.get(name.partition(".")[0], ""))
    ]
    assert strays == []


def test_outsiders_use_the_sandboxs_front_door() -> None:
    strays = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in our_modules()
        if path.relative_to(CHECKOUT).parts[0] != "sandbox"
        for name in imported(path)
        if name.startswith("sandbox.")
        # These are a second door, for what runs in confined processes: the next test holds who that is.
        if name not in {"sandbox.rules", "sandbox.worlds"}
    ]
    assert strays == []


def test_what_reads_strangers_texts_is_imported_by_its_own_kind_only() -> None:
    """Nothing that a stranger wrote is executed, parsed at length or matched in the server."""
    strays = [
        f"{path.relative_to(CHECKOUT)} imports {name}"
        for path in our_modules()
        if "sandbox/guest" not in str(path)
        and not is_confined(".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__"))
        for name in sorted(reached(path))
        if is_confined(name)
    ]
    assert strays == []


@pytest.mark.parametrize(
    "edge", ["api.app", "api.server", "api.cli.serve", "api.cli.worker", "api.cli.tool", "tenants.proving.pipeline"]
)
def test_no_process_but_the_fork_server_has_it_in_memory(edge: str) -> None:
    """By what is there once all is imported, whichever way it came: the fork server is another process."""
    script = f"import sys, {edge}; print([name for name in sys.modules if name.startswith({CONFINED!r})])"
    said = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_pattern_is_written_in_the_source_and_never_made_from_what_somebody_sent() -> None:
    made = [
        f"{path.relative_to(CHECKOUT)}:{call.lineno}"
        for path in our_modules()
        if "sandbox/guest" not in str(path)
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and ast.unparse(call.func).startswith("re.")
        and call.args
        and not isinstance(call.args[0], ast.Constant)
    ]
    assert made == []


# Where a capability's name may stand: its own modules, and where runs carry what no module of its own does.
CAPABILITY_HOMES = (
    "sandbox/capabilities/",
    "sandbox/worlds/",
    "sandbox/guest/",
    "tenants/capabilities/",
    # Sleeping and asking put runs aside, and tools are called by running them.
    "tenants/runs/suspensions.py",
    "tenants/runs/executions.py",
)


def names_compared(tree: ast.AST) -> list[tuple[int, str]]:
    """Where a module tells capabilities apart by their names: each with its line."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            said = [node.left, *node.comparators]
            if any(is_of_a_capability(one) for one in said):
                found += [(node.lineno, name) for one in said for name in names_in(one)]
        elif isinstance(node, ast.Match) and is_of_a_capability(node.subject):
            found += [(node.lineno, name) for case in node.cases for name in names_in(case.pattern)]
        elif isinstance(node, ast.Subscript) and is_of_a_capability(node.value):
            found += [(node.lineno, name) for name in names_in(node.slice)]
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_of_a_capability(node.func.value)
        ):
            found += [(node.lineno, name) for one in node.args for name in names_in(one)]
        elif isinstance(node, ast.Tuple | ast.List | ast.Set):
            several = [name for one in node.elts for name in names_in(one)]
            found += [(node.lineno, name) for name in several if len(several) > 1]
        elif isinstance(node, ast.Dict):
            several = [name for key in node.keys if key is not None for name in names_in(key)]
            found += [(node.lineno, name) for name in several if len(several) > 1]
    return found


def is_of_a_capability(node: ast.AST) -> bool:
    return any(
        isinstance(name, str) and re.search(r"(?i)capabilit|reaches|as_dict|used$|^asked$", name)
        for one in ast.walk(node)
        for name in (getattr(one, "attr", None), getattr(one, "id", None), getattr(one, "value", None))
    )


def names_in(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and one.value in CAPABILITIES]


def test_nobody_goes_by_the_name_of_a_capability() -> None:
    """What has to be known of one is asked of its traits: a list of names is one that a new one is missing from."""
    strays = [
        f"{path.relative_to(CHECKOUT)}:{line} knows {name!r} by its name"
        for path in our_modules()
        if not str(path.relative_to(CHECKOUT)).startswith(CAPABILITY_HOMES)
        for line, name in names_compared(ast.parse(path.read_text()))
    ]
    assert strays == []


@pytest.mark.parametrize(
    "line",
    [
        'call.capability == "http"',
        '"email" != deed.capability',
        'call.capability in {"http", "sql"}',
        'capability not in ("kv",)',
        '(call.capability, call.operation) == ("clock", "sleep")',
        'f"{call.capability}.{call.operation}" == "kv"',
        'JournalEntry.capability != "clock"',
        '"secret" in draft.grant.reaches',
        'grant.reaches["sql"].permits',
        'grant.reaches.get("email")',
        'grant.as_dict().get("email", [])',
        'spec["capabilities"].get("files")',
        'spec["capabilities"]["files"]',
        'CAPABILITIES["http"].counted',
        'asked.get("http", [])',
        '"http" in used',
        '_OUT = ("http", "email", "sql")',
        '_OUT = frozenset({"kv", "ledger"})',
        '_OUT = ["files", "kv", "ledger"]',
        'LIMITS = {"email": 1, "http": 2}',
        'any(name in grant.as_dict() for name in ("http", "email"))',
        'match call.capability:\n    case "http": pass',
        'match call.capability, call.operation:\n    case "approvals", "ask": pass',
        'for capability in ("ledger", "kv", "files"): pass',
        'sum(deed.capability == "email" for deed in deeds)',
        '[one for one in calls if one.capability == "tools"]',
    ],
)
def test_a_name_is_found_however_it_is_compared(line: str) -> None:
    assert names_compared(ast.parse(line))


def test_every_capability_has_its_stage_its_implementation_and_its_sdk() -> None:
    for name, capability in CAPABILITIES.items():
        if not capability.operations:
            continue  # nothing is called: what stands for a secret is put into requests
        assert (CHECKOUT / f"sandbox/worlds/{name}.py").exists(), name
        assert (CHECKOUT / f"sandbox/guest/sealwright/{name}.py").exists(), name
        # People and tools answer where runs are carried.
        carried = capability.traits.asks_people or name == tools.CAPABILITY.name
        assert carried or importlib.util.find_spec(f"tenants.capabilities.{name}") is not None, name


def test_every_table_is_owned_by_a_tenant_or_known_to_be_global() -> None:
    owned = {
        mapper.local_table.description
        for mapper in models.Base.registry.mappers
        if issubclass(mapper.class_, TenantOwned)
    }
    assert {table.name for table in models.Base.metadata.sorted_tables} - owned <= GLOBAL_TABLES


def test_whatever_is_sealed_is_sealed_anew_when_its_tenants_key_is_renewed() -> None:
    sealed = {mapper.class_ for mapper in models.Base.registry.mappers if "sealed" in mapper.columns}
    assert {table for table in sealed if issubclass(table, TenantOwned)} == set(models.SEALED)


def test_every_domain_error_has_a_status() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.TenantsError)]
    homeless = [
        kind for kind in kinds if kind is not errors.TenantsError and not any(issubclass(kind, k) for k, _ in STATUS)
    ]
    assert homeless == []


def test_every_name_that_specs_may_not_take_is_an_mcp_tool_of_ours() -> None:
    assert set(BUILTINS) == spec_fields.RESERVED


def test_mcp_calls_tools_through_one_door() -> None:
    asking = {"call", "start", "cancel", "answer"}
    doors = {
        path.relative_to(CHECKOUT).as_posix()
        for path in tracked("api/mcp/**.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in asking
        and isinstance(node.value, ast.Name)
        and node.value.id in {"runs", "suspensions"}
    }
    assert doors == {"api/mcp/call.py"}


def test_every_route_knows_who_is_asking_or_is_public() -> None:
    document = rest_app(Settings()).openapi()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            in_tenant = "{tenant}" in path or path.startswith("/api/v1/account")
            assert in_tenant or operation["operationId"] in PUBLIC_ROUTES | {
                "who_am_i",
                "sign_out",
                "accept_invitation",
            }, path


def test_every_route_of_an_account_is_its_holders() -> None:
    routes = [route for route in account.router.routes if isinstance(route, APIRoute)]
    assert routes
    for route in routes:
        callables = {dependency.call for dependency in route.dependant.dependencies}
        assert callables & {deps.account_holder, deps.fresh}, route.path


def test_the_dashboards_openapi_document_is_fresh() -> None:
    kept = json.loads((CHECKOUT / "frontend" / "openapi.json").read_text())
    assert kept == rest_app(Settings()).openapi(), "run: .venv/bin/sealwright openapi > frontend/openapi.json"


def test_the_business_makes_no_public_shapes() -> None:
    """Rows and values leave it; what of them is public stands in api/schemas, one shape for each noun."""
    made = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno} {node.name}"
        for path in our_modules()
        if path.relative_to(CHECKOUT).parts[0] == "tenants"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if re.search(r"(^|_)json$|^(as|to)_(public|shape)$|_shape$", node.name)
    ]
    assert made == []


def shapes() -> list[type[BaseModel]]:
    """What goes out over REST: every model of api/schemas that is named so."""
    modules = [importlib.import_module(f"api.schemas.{one.name}") for one in pkgutil.iter_modules(schemas.__path__)]
    found = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    return [kind for kind in found if issubclass(kind, BaseModel) and kind.__name__.endswith("Out")]


def test_nothing_goes_out_that_a_shape_does_not_name() -> None:
    # A policy and whoever acted are kept as they were said; they say of themselves what they hold.
    as_kept = {"PolicyOut", "CallerOut"}
    assert {kind.__name__ for kind in shapes() if kind.model_config.get("extra") == "allow"} == as_kept


def test_every_setting_is_documented() -> None:
    page = (CHECKOUT / "docs" / "settings.md").read_text()
    missing = [name for name in Settings.model_fields if f"SEALWRIGHT_{name.upper()}" not in page]
    assert missing == []


def raised_in(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether its own body raises something that a caller may have to expect; our own defects are nobody's."""
    waiting: list[ast.AST] = [*function.body]
    while waiting:
        node = waiting.pop()
        of_ours = ("AssertionError", "RuntimeError")
        if isinstance(node, ast.Raise) and node.exc is not None and not ast.unparse(node.exc).startswith(of_ours):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return False


def holders(tree: ast.Module) -> list[ast.Module | ast.ClassDef]:
    """A module and its public classes: what is defined right in them is public, unless its name says otherwise."""
    return [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))]


def test_public_functions_say_what_they_raise() -> None:
    silent = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno} {node.name}: say `Raises ...Error.` in its docstring"
        for path in our_modules()
        if path.relative_to(CHECKOUT).parts[0] in {"tenants", "sandbox"}
        for holder in holders(ast.parse(path.read_text()))
        for node in holder.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and raised_in(node)
        and "aise" not in (ast.get_docstring(node) or "")
    ]
    assert silent == []


def test_no_file_names_a_registry_or_puts_work_off() -> None:
    # Spelled in parts, so that this file does not find itself.
    banned = re.compile(
        "|".join(
            [
                "registry" + r"\.npmjs",
                "pypi" + r"\.org",
                "files" + r"\.pythonhosted",
                r"\bTO" + r"DO\b",
                r"\bFIX" + r"ME\b",
            ]
        )
    )
    found: list[str] = []
    for path in tracked():
        if path.is_file() and path.suffix not in {".png", ".woff2", ".ico"} and "generated" not in path.parts:
            text = path.read_text(errors="replace")
            found += [f"{path}: {match.group()}" for match in banned.finditer(text)]
    assert found == []


def run(*command: str) -> None:
    ended = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]


def test_what_is_begun_first_is_there() -> None:
    assert [name for name in LONG_FIRST if not (CHECKOUT / name).is_file()] == []


def test_the_import_contract_holds() -> None:
    run(".venv/bin/lint-imports")


def test_the_code_is_formatted_and_linted() -> None:
    run(".venv/bin/ruff", "format", "--check", ".")
    run(".venv/bin/ruff", "check", ".")


@pytest.mark.timeout(1_200)
def test_the_types_hold() -> None:
    run(".venv/bin/pyright", "--threads", "1")
