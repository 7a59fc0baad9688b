"""The way to the gates and to dry runs, which are in confined processes; what they build and run is the pool's."""

import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from time import monotonic
from typing import Any

import msgspec

from sandbox import Bounds, Confinement, Errands, Finding, Image, Overrun, Pool, SandboxBroken
from tenants.base import canonical
from tenants.base.errors import InvalidError
from tenants.confinement import linting, spec_fields
from tenants.confinement.reading import SMALLER, Invalid, payload, read_answer
from tenants.confinement.reports import Report, Tell, Verdict, Verdicts, expected
from tenants.rules.levels import STRICT, Levels

_MIB = 1 << 20
# Runs of the candidate are the pool's; what counts here is reading, comparing, and playing its worlds.
_GATES = Bounds(wall_ms=900_000, cpu_s=120, memory_bytes=1024 * _MIB, answer_bytes=64 * _MIB)
_CASES = Bounds(wall_ms=900_000, cpu_s=60, memory_bytes=1024 * _MIB, answer_bytes=64 * _MIB)
_PASTS = Bounds(wall_ms=60_000, cpu_s=30, memory_bytes=1024 * _MIB, answer_bytes=4 * _MIB)
_RUNS = Bounds(wall_ms=120_000, cpu_s=30, memory_bytes=1024 * _MIB, answer_bytes=_MIB)
_EVENT_BYTES_MAX = 4 * _MIB


class _Rehearsed(msgspec.Struct, omit_defaults=True):
    findings: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    invalid: Invalid | None = None


class _Entry(msgspec.Struct):
    gate: str
    findings: list[Finding]
    wall_ms: float


@dataclass
class Prover:
    """Has drafts and versions tried; `pool` builds and runs what is tried, on `image`.

    `key` is secret: what canned worlds draw follows from it, so that no author can know it beforehand, and the same
    version meets the same again. `origin` is where the installation's own links lead.
    """

    confinement: Confinement
    pool: Pool
    image: Image
    key: bytes
    origin: str = "https://tools.example.com"
    verdicts: Verdicts = field(default_factory=Verdicts)

    async def dry_run(
        self, tenant: str, spec: object, source: str, cases: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        """`{"findings", "runs"}` of a draft in canned worlds; hold-outs are run that say what they expect.

        Raises InvalidError for a spec or case that is none.
        """
        unanswered = spec_fields.unanswered_holdouts(spec)
        return await self._rehearsed("dry_run", tenant, spec=spec, unanswered=unanswered, source=source, cases=cases)

    async def call(self, tenant: str, spec: Mapping[str, Any], source: str, case: Mapping[str, Any]) -> dict[str, Any]:
        """Build a draft and call it once, whatever speaks against it: as `dry_run`, with one run or none."""
        seed = secrets.token_bytes(32).hex()
        return await self._rehearsed("call", tenant, spec=spec, source=source, case=case, seed=seed)

    async def _rehearsed(self, job: str, tenant: str, **given: Any) -> dict[str, Any]:
        draws = self._draws(job, given["spec"], given["source"])
        given_payload = payload(image=self.image.digest, modules=self.image.modules, draws=draws, **given)
        errands = Errands(self.pool.of(tenant), lambda _event: False, linting.lint)
        answer = await self.confinement.call(job, given_payload, _CASES, tenant=tenant, errands=errands)
        if isinstance(answer, Overrun):
            raise InvalidError(f"This draft cannot be tried: {answer.why}.", hint=SMALLER)
        told = read_answer(answer, _Rehearsed)
        if told.invalid is not None:
            raise told.invalid.error()
        return {"findings": told.findings, "runs": told.runs}

    async def examine(
        self, tenant: str, spec: Mapping[str, Any], source: str, tell: Tell, levels: Levels = STRICT
    ) -> Verdict:
        """Put a source through every gate; what was proven here is not proven again. `tell` hears of each gate.

        Raises SandboxBroken.
        """
        key = canonical.digest([spec, source, self.image.digest, asdict(levels)])
        known = self.verdicts.find(key)
        if known is not None:
            for entry in known.report.gates:
                tell(entry)
            return known
        heard = _Heard(tell)
        errands = Errands(self.pool.of(tenant), heard, linting.lint)
        answer = await self.confinement.call(
            "examine",
            payload(
                spec=spec, source=source, image=self.image.digest, modules=self.image.modules,
                levels=levels.of, warnings_block=levels.warnings_block,
                questions_block=levels.questions_block,
                draws=self._draws("gates", spec, source),
            ),
            _GATES,
            tenant=tenant,
            errands=errands,
        )  # fmt: skip
        if isinstance(answer, Overrun):
            return Verdict(heard.cut_short(answer.why), None)
        report = heard.report
        if report.passed and [entry["gate"] for entry in report.gates] != expected(levels):
            raise SandboxBroken("a confined process has left out a gate")
        verdict = Verdict(report, errands.built(source, spec["name"]))
        self.verdicts.keep(key, verdict)
        return verdict

    async def compare(self, tenant: str, spec: Mapping[str, Any], source: str, second: str) -> list[Finding]:
        """What a second source answers otherwise than a version that has passed: questions and warnings, no errors.

        Raises SandboxBroken.
        """
        draws = self._draws("second", spec, source)
        given = payload(
            spec=spec, source=source, second=second, image=self.image.digest, modules=self.image.modules, draws=draws
        )
        errands = Errands(self.pool.of(tenant), lambda _event: False)
        answer = await self.confinement.call("compare", given, _CASES, tenant=tenant, errands=errands)
        if isinstance(answer, Overrun):
            return [Finding("second_implementation", "warning", f"The two cannot be compared: {answer.why}.")]
        return read_answer(answer, list[Finding])

    def _draws(self, purpose: str, spec: object, source: str) -> dict[str, Any]:
        """What the worlds of one version draw from: another source meets other worlds, and learns nothing of these."""
        key = hmac.digest(self.key, canonical.digest([purpose, spec, source]).encode(), "sha256")
        return {"key": key.hex(), "present_ns": time.time_ns(), "origin": self.origin}

    async def broken_invariants(
        self, tenant: str, always: Sequence[Mapping[str, str]], runs: Sequence[Mapping[str, Any]]
    ) -> list[list[int]] | None:
        """Which invariants do not hold of real runs, by number, for each run; None: it takes too much.

        Runs are as tenants/gates/invariants/past_runs.py takes them. Raises SandboxBroken.
        """
        errands = Errands(self.pool.of(tenant), lambda _event: False)
        given = payload(always=always, runs=runs)
        answer = await self.confinement.call("check_runs", given, _RUNS, tenant=tenant, errands=errands)
        return None if isinstance(answer, Overrun) else read_answer(answer, list[list[int]])

    async def sum_up_pasts(self, tenant: str, compared: Sequence[Mapping[str, Any]], promised: object) -> list[Finding]:
        """What the history gate says of past runs beside a candidate's; `promised` is the schema that serves now."""
        given = payload(compared=compared, promised=promised)
        answer = await self.confinement.call("sum_up_pasts", given, _PASTS, tenant=tenant)
        if isinstance(answer, Overrun):
            return [Finding("history", "warning", f"Past runs cannot be compared: {answer.why}.")]
        return [read_answer(answer, Finding)]

    async def tell_pasts(self, tenant: str, compared: Sequence[Mapping[str, Any]]) -> list[str | None]:
        """For each past run a sentence about what would have gone otherwise, for who may read the run."""
        answer = await self.confinement.call("tell_pasts", payload(compared=compared), _PASTS, tenant=tenant)
        if isinstance(answer, Overrun):
            return [f"This cannot be compared: {answer.why}." if one["differences"] else None for one in compared]
        return read_answer(answer, list[str | None])


class _Heard:
    """Takes down what the gates say, one after another."""

    def __init__(self, tell: Tell):
        self._tell, self._ended_at = tell, monotonic()
        self.report = Report()

    def __call__(self, event: bytes) -> bool:
        if len(event) > _EVENT_BYTES_MAX:
            return False
        try:
            entry = msgspec.json.decode(event, type=_Entry)
        except (msgspec.MsgspecError, RecursionError):
            return False
        self._tell(self.report.add(entry.gate, entry.findings, monotonic() - entry.wall_ms / 1000))
        return True

    def cut_short(self, why: str) -> Report:
        said = Finding("checking", "error", f"This version takes too much to check: {why}.", SMALLER)
        self._tell(self.report.add("checking", [said], self._ended_at))
        return self.report
