"""The probes' port of several serving processes: whichever of them is asked tells of all.

Metrics have the label `process`, a small number. It is ready when one of them is, since connections go to those that
are there; it lives when none of them is silent.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from functools import partial
from socket import socket

from api.siblings.siblings import Siblings
from api.watching.probes import Told, answer_probe, look_at
from tenants.runtime import Runtime
from tenants.telemetry.metrics import CONTENT_TYPE

_SAMPLE = re.compile(rb"^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(.*)\})? ", re.MULTILINE)
_ASKED = frozenset({"/metrics", "/livez", "/readyz"})


def answering_together(runtime: Runtime, siblings: Siblings) -> Callable[[socket], Awaitable[None]]:
    """Answer siblings that ask; return what answers a connection of somebody who watches."""

    async def tell(path: str) -> bytes:
        status, _, body = await look_at(runtime, path)
        return status.encode() + b"\n" + body

    async def take(connection: socket) -> None:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(lambda: protocol, connection)
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        await answer_probe(reader, writer, partial(_look, runtime, siblings))

    siblings.answer_with(tell)
    return take


async def _look(runtime: Runtime, siblings: Siblings, path: str) -> Told:
    own, (others, silent) = await asyncio.gather(
        look_at(runtime, path), siblings.ask(path) if path in _ASKED else _nobody()
    )
    status, kind, body = own
    told = {siblings.number: (status, body)}
    for number, answer in others.items():
        head, _, rest = answer.partition(b"\n")
        if head:
            told[number] = (head.decode(), rest)
    if path == "/metrics":
        return status, CONTENT_TYPE, merged({number: text for number, (_, text) in told.items()})
    if path not in _ASKED:
        return status, kind, body
    return _judged(path, told, silent)


async def _nobody() -> tuple[dict[int, bytes], set[int]]:
    return {}, set()


def _judged(path: str, told: dict[int, tuple[str, bytes]], silent: set[int]) -> Told:
    well = [number for number, (status, _) in told.items() if status.startswith("200")]
    is_well = bool(well) and not silent if path == "/livez" else bool(well)
    bad = "not ready" if path == "/readyz" else "silent"
    processes: dict[int, object] = {number: json.loads(body) for number, (_, body) in told.items()}
    processes |= {number: {"status": "silent"} for number in silent}
    said = {"status": "ok" if is_well else bad, "processes": {str(one): processes[one] for one in sorted(processes)}}
    return "200 OK" if is_well else "503 Service Unavailable", "application/json", json.dumps(said).encode()


def merged(texts: dict[int, bytes]) -> bytes:
    """Metrics of several processes as one text: a family's lines stand together, with the process as a label."""
    families: dict[bytes, list[bytes]] = {}
    for number, text in sorted(texts.items()):
        own = _SAMPLE.sub(partial(_labelled, number), text)
        for family in re.split(rb"^(?=# HELP )", own, flags=re.MULTILINE):
            lines = family.splitlines(keepends=True)
            says = b"".join(line for line in lines if line.startswith(b"#"))
            families.setdefault(says, []).extend(line for line in lines if not line.startswith(b"#"))
    return b"".join(says + b"".join(lines) for says, lines in families.items())


def _labelled(number: int, found: re.Match[bytes]) -> bytes:
    name, labels = found.groups()
    return b'%b{process="%d"%b} ' % (name, number, b"," + labels if labels else b"")
