"""What every process of the product opens and does, whether it serves or not. It knows no HTTP server.

A worker imports this and not the application: it is up again three times as fast when it was killed.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from api import signs_of_life
from api.keys import open_with_keys
from api.logs import log
from api.settings import Settings
from api.startup import starting
from sandbox import Image, Pool, images, leftovers
from tenants import housekeeping
from tenants.alerts.watch import watch_rules
from tenants.base.db import Database, now
from tenants.base.relay import Relay
from tenants.capabilities import Capabilities, Stores
from tenants.capabilities.email.provider import Posting
from tenants.capabilities.email.smtp import MailServer, Smtp
from tenants.capabilities.files.buckets import Bucket, StoreAwayError
from tenants.capabilities.files.files import Files
from tenants.capabilities.files.links import Links
from tenants.capabilities.sql.databases import Databases
from tenants.capabilities.sql.sql import Sql
from tenants.notifications.deliveries import Messenger
from tenants.people.mailer import Mailer
from tenants.proving import pipeline, served_images
from tenants.retention.contents import clear_contents
from tenants.rules.rounds import Rounds
from tenants.runs import takeovers
from tenants.runs.schedules import work as call_by_schedule
from tenants.runtime import Runtime
from tenants.stores import connections
from tenants.stores.images import SharedImages, clear_published, find_image
from tenants.stores.vault import Vault
from tenants.tools import versions
from tenants.vendors.author import Author, Prices

if TYPE_CHECKING:
    from tenants.telemetry.exporting import Exporting

_COLLECTOR = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")
_CLEAR_EVERY_S = 6 * 3_600.0


@asynccontextmanager
async def open_runtime(settings: Settings) -> AsyncGenerator[Runtime]:
    """Everything a process needs to build and run tools, opened in order and closed in reverse. Raises StartError."""
    async with AsyncExitStack() as stack:
        with starting():
            runtime = await _opened(settings, stack)
        # Behind the rest: the first text of a stranger need not wait for it, and nothing here does.
        runtime.spawn(_start_confinement(runtime), "start of confined processes")
        runtime.spawn(_clear_now_and_then(settings, runtime), "clearing of the machine and the storage")
        yield runtime


async def _opened(settings: Settings, stack: AsyncExitStack) -> Runtime:
    database = await open_with_keys(settings)
    stack.push_async_callback(database.close)
    vault = Vault(database, database.content_keys.ring)
    image = await _image_of(settings)
    await _prepare_other_images(settings, database, image)
    pool = await stack.enter_async_context(
        Pool.open(
            image,
            settings.data_dir / "artifacts",
            workers=settings.sandbox_workers,
            memory_bytes=settings.worker_memory_mib and settings.worker_memory_mib << 20,
            meter=settings.sandbox_meter,
            find=partial(find_image, settings.images, _shared_bucket(settings)),
            beside=settings.processes,
        )
    )
    mail = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    effects = await stack.enter_async_context(
        Capabilities.open(
            database,
            mail,
            settings.allowed_internal_hosts,
            vault.secrets_of,
            settings.mail_provider,
            stores_of(settings, database, vault),
            settings.mail_domains,
        )
    )
    prices = Prices(input=settings.author_input_usd, output=settings.author_output_usd)
    author = await stack.enter_async_context(
        Author.open(settings.author_model, prices, has_key=settings.has_author_key)
    )
    traces = traces_of(settings)
    if traces is not None:
        # After everything that may still be at a step; it waits for the collector, a few seconds at most.
        stack.push_async_callback(asyncio.to_thread, traces.close)
    letters = mailer_of(settings, database, vault)
    if letters is not None:
        stack.push_async_callback(letters.carrier.close)
    runtime = Runtime(
        database=database, pool=pool, image=image, effects=effects, author=author, vault=vault, mailer=letters,
        origin=settings.origin, mail_domains=settings.mail_domains, retention_days=settings.retention_days,
        traces=traces,
    )  # fmt: skip
    stack.push_async_callback(runtime.close)
    return runtime


async def _image_of(settings: Settings) -> Image:
    """This node's image; with storage that others share, the one that all have agreed on. Raises what both raise."""
    meter = settings.sandbox_meter
    build = partial(images.ensure, settings.images, lambda step: log.info("image", step=step), meter)
    bucket = _shared_bucket(settings)
    if bucket is None:
        return await asyncio.to_thread(build)
    image = await SharedImages(bucket, settings.images, images.recipe(), build).ensure()
    await asyncio.to_thread(images.compile_here, image, meter=meter)
    return image


async def _prepare_other_images(settings: Settings, database: Database, ours: Image) -> None:
    """Have here what live versions were sealed on: a first call would wait for it to be fetched and compiled."""
    async with database.system_reading() as session:
        needed = {digest for digest in await session.scalars(versions.live_images()) if digest}
    bucket = _shared_bucket(settings)
    for digest in needed - {ours.digest}:
        try:
            if (found := await find_image(settings.images, bucket, digest)) is not None:
                await asyncio.to_thread(images.compile_here, found, meter=settings.sandbox_meter)
        except (StoreAwayError, images.BrokenImage, OSError):
            log.exception("an image that live versions were sealed on cannot be had", image=digest)


def _shared_bucket(settings: Settings) -> Bucket | None:
    """The storage that nodes share; None where each has its own."""
    return Bucket.open(settings.storage_url) if settings.storage_url is not None else None


async def _clear_now_and_then(settings: Settings, runtime: Runtime) -> None:
    while True:
        await asyncio.sleep(_CLEAR_EVERY_S)
        try:
            await clear_beside_rows(settings, runtime.database)
        except Exception:  # noqa: BLE001 - whatever it is, it is tried again
            log.exception("clearing the machine and the storage stumbled")


async def clear_beside_rows(settings: Settings, database: Database) -> tuple[int, list[Path]]:
    """Remove contents that no row names, and images and native code that are unused; return how many, and which.

    Raises StoreAwayError.
    """
    contents = await clear_contents(database, settings.open_bucket())
    unused_since = now() - timedelta(settings.machine_days)
    async with database.system_reading() as session:
        needed = {digest or "" for digest in await session.scalars(versions.live_images())}
        needed |= await served_images.served_since(session, unused_since)
    found = images.found(settings.images / images.recipe()[:24])
    if found is not None:
        leftovers.mark_used(found)
        needed.add(found.digest)
    if (bucket := _shared_bucket(settings)) is not None:
        await clear_published(bucket, needed, unused_since)
    cache, days = settings.data_dir / "artifacts", settings.machine_days
    return contents, await asyncio.to_thread(leftovers.clear_machine, cache, settings.images, needed, days)


async def _start_confinement(runtime: Runtime) -> None:
    await runtime.reader.confinement.start()
    log.info("confined processes", **runtime.reader.confinement.walls)


def stores_of(settings: Settings, database: Database, vault: Vault) -> Stores:
    """The tenants' files and databases, as the settings say. Raises ValueError."""
    bucket = settings.open_bucket()
    files = Files(database, bucket, Links(settings.origin, vault.ring.derived("links to files")))
    return Stores(files, Sql(partial(connections.known, vault), Databases(settings.sqlite_dir)))


def traces_of(settings: Settings) -> "Exporting | None":
    """What sends traces; None where nobody wants any, and then nothing of it is imported. Raises ValueError."""
    if settings.otlp_url is None:
        return None
    from tenants.telemetry.exporting import Exporting  # noqa: PLC0415 - see above

    if not _COLLECTOR.fullmatch(settings.otlp_url):
        raise ValueError("SEALWRIGHT_OTLP_URL is an address such as http://collector:4318, without /v1/traces.")
    given = settings.otlp_headers.get_secret_value() if settings.otlp_headers else ""
    pairs = [part.partition("=") for part in given.split(",") if part.strip()]
    if any(not (name.strip() and text.strip()) for name, _, text in pairs):
        raise ValueError("SEALWRIGHT_OTLP_HEADERS are pairs by comma, such as Authorization=Bearer KEY.")
    headers = {name.strip(): text.strip() for name, _, text in pairs}
    return Exporting.open(settings.otlp_url.removesuffix("/v1/traces"), headers, settings.traces_share)


def mailer_of(settings: Settings, database: Database, vault: Vault) -> Mailer | None:
    """What sends the product's own letters, by the way that tools' mail goes. Raises ValueError."""
    if settings.mail_from is None:
        return None
    provider = settings.mail_provider
    if provider is None and settings.smtp_url is None:
        raise ValueError("SEALWRIGHT_MAIL_FROM needs SEALWRIGHT_SMTP_URL or SEALWRIGHT_MAIL_HTTP_URL.")
    url = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
    carrier = Posting(provider) if provider else Smtp(MailServer.parse(url))
    return Mailer(database, vault.ring, carrier, settings.letters_from(), settings.origin)


@asynccontextmanager
async def working(runtime: Runtime, build_tasks: int, pulse_file: Path | None) -> AsyncGenerator[None]:
    """What goes on behind the requests: versions move along their states, and the house is kept.

    `pulse_file` is touched meanwhile.
    """
    runtime.builds = Rounds(build_tasks)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(pipeline.work(runtime)) for _ in range(build_tasks)]
        everywhere = (housekeeping.work, takeovers.work, call_by_schedule, watch_rules, signs_of_life.tell_waiting)
        tasks += [group.create_task(work(runtime)) for work in everywhere]
        if pulse_file is not None:
            tasks.append(group.create_task(signs_of_life.beat(pulse_file)))
        if runtime.mailer is not None:
            tasks.append(group.create_task(runtime.mailer.work()))
        if not runtime.database.is_sqlite:
            tasks.append(group.create_task(Relay(runtime.database.url, runtime.events).work()))
        if isinstance(runtime.effects, Capabilities) and runtime.vault is not None:
            messenger = Messenger(runtime, runtime.vault, runtime.effects.http, runtime.effects.internal_hosts)
            tasks.append(group.create_task(messenger.work()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
