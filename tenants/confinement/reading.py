"""The way to what reads strangers' documents and specs: confined processes, whose answers are bounded and typed.

A reader gives a job (tenants/confined/jobs.py) what it needs, bounds it, and reads the answer as what it must be. That
something is too much to be read is an answer like any other, for its author to hear.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

import msgspec

from sandbox import Answered, Bounds, Confinement, Errands, Overrun, Pool, SandboxBroken
from tenants.base import canonical
from tenants.base.errors import InvalidError
from tenants.confinement import spec_fields
from tenants.confinement.spec_fields import SPEC_BYTES_MAX, Checked, complete
from tenants.schemas import json_schemas
from tenants.schemas.json_schemas import demand, problem

# The fork server imports it by this name; this process never does.
JOBS = "tenants.confined.jobs"
DOCUMENT_BYTES_MAX = 64 << 10
# What an author can do where something takes too much.
SMALLER = "Make it smaller: fewer or shorter cases, plainer schemas, less in a world."
_MIB = 1 << 20
# Of a job, what is not the spec.
_AROUND_BYTES = 2_048
_DOCUMENT = Bounds(wall_ms=5_000, cpu_s=3, memory_bytes=256 * _MIB, answer_bytes=4 * _MIB)
_VALUE = Bounds(wall_ms=20_000, cpu_s=10, memory_bytes=1024 * _MIB, answer_bytes=_MIB)
_SPEC = Bounds(wall_ms=8_000, cpu_s=5, memory_bytes=512 * _MIB, answer_bytes=4 * _MIB)
_T = TypeVar("_T")


class Invalid(msgspec.Struct):
    """What an InvalidError was in a confined process."""

    message: str
    hint: str | None = None
    details: dict[str, Any] = {}

    def error(self) -> InvalidError:
        return InvalidError(self.message, hint=self.hint, **self.details)


class _Document(msgspec.Struct):
    value: Any = None
    invalid: Invalid | None = None


class Reader:
    """Reads for tenants, each with a share of the places; `confinement` does the jobs, `pool` what is Python's."""

    def __init__(self, confinement: Confinement | None = None, pool: Pool | None = None):
        self.confinement = confinement or Confinement(JOBS)
        self.pool = pool

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncGenerator["Reader"]:
        """A reader whose processes end with the block: for what has no runtime."""
        reader = cls()
        try:
            yield reader
        finally:
            await reader.confinement.close()

    async def document(self, tenant: str, text: str) -> Any:
        """The value of a YAML document. Raises InvalidError."""
        answer = await self.confinement.call("read_document", payload(text=text), _DOCUMENT, tenant=tenant)
        if isinstance(answer, Overrun):
            raise InvalidError(f"This document cannot be read: {answer.why}.", hint="Make it smaller, or send JSON.")
        said = read_answer(answer, _Document)
        if said.invalid is not None:
            raise said.invalid.error()
        return said.value

    async def spec_problems(self, tenant: str, body: object, unanswered: Sequence[int] = ()) -> list[dict[str, str]]:
        """Everything that is wrong with a spec; empty when it is valid. `unanswered`: as spec_rules.problems."""
        try:
            given = payload(spec=body, unanswered=list(unanswered))
        except InvalidError as error:
            return [problem("", error.message)]
        if len(given) > SPEC_BYTES_MAX + _AROUND_BYTES:
            return [problem("", f"The spec is {len(given):,} bytes; {SPEC_BYTES_MAX:,} are allowed.")]
        answer = await self.confinement.call("check_spec", given, _SPEC, tenant=tenant)
        if isinstance(answer, Overrun):
            return [problem("", f"The spec cannot be checked: {answer.why}.", SMALLER)]
        found = read_answer(answer, list[dict[str, str]])
        always: Any = None if found else cast("Mapping[str, Any]", body).get("always")
        return await self._always_problems(tenant, always) if always else found

    async def _always_problems(self, tenant: str, always: list[Any]) -> list[dict[str, str]]:
        """Expressions are read with the guest's grammar; where there is no sandbox, the gates say what is wrong."""
        if self.pool is None:
            return []
        errands = Errands(self.pool.of(tenant), lambda _event: False)
        given = payload(always=always)
        answer = await self.confinement.call("check_always", given, _SPEC, tenant=tenant, errands=errands)
        if isinstance(answer, Overrun):
            return [problem("/always", f"This cannot be read: {answer.why}.", SMALLER)]
        return read_answer(answer, list[dict[str, str]])

    async def misfits(self, tenant: str, schema: str, text: str, value: object) -> list[dict[str, str]]:
        """Where and why a value does not fit a schema; `schema` and `text` are JSON.

        What may take long is done elsewhere: this process goes on with others meanwhile.
        """
        contract = json_schemas.admitted(schema)
        if contract is not None and contract.work(text) <= json_schemas.WORK_MAX:
            return json_schemas.faults_of(contract, value)
        answer = await self.confinement.call("hold_against", payload(schema=schema, text=text), _VALUE, tenant=tenant)
        if isinstance(answer, Overrun):
            return [problem("", f"This cannot be held against its schema: {answer.why}.", "Send less at once.")]
        return read_answer(answer, list[dict[str, str]])

    async def checked(
        self, tenant: str, body: object, what: str = "The spec is not valid.", stored: Mapping[str, Any] | None = None
    ) -> Checked:
        """A spec that may be submitted. Raises InvalidError with everything that is wrong with it.

        With `stored`, the spec that it takes the place of, hold-outs may be sent as those are shown who may not see
        what they expect. That is put back after the check and not held against anything: what a check would say of it,
        if only that it does not fit, would tell of it.
        """
        unanswered = [] if stored is None else spec_fields.unanswered_holdouts(body, stored)
        demand(await self.spec_problems(tenant, body, unanswered), what)
        given = cast("Mapping[str, Any]", body)
        whole = given if stored is None else spec_fields.with_kept_answers(given, stored)
        return Checked(complete(whole), frozenset(unanswered))


def payload(**given: Any) -> bytes:
    """A job's payload. Raises InvalidError for what JSON cannot say."""
    return canonical.plain(given).encode()


def read_answer(answer: Answered, kind: type[_T]) -> _T:
    """A job's answer as what it must be. Raises SandboxBroken when it is something else."""
    try:
        return msgspec.json.decode(answer.value, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise SandboxBroken(f"a confined process answered what no job of ours does: {error}") from error
