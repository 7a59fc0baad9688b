"""What a tenant has decided for itself. Every default is the safe one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from tenants.base import ids
from tenants.base.errors import InvalidError
from tenants.models import Tenant
from tenants.rights import delegation
from tenants.rights.access import Actor, Permission
from tenants.rights.second_factor import ASKED
from tenants.rules import audit, quotas
from tenants.rules.levels import LEVELS, RELAXABLE
from tenants.rules.quotas import Allowance
from tenants.rules.repeats import CHOICES, REPEATABLE

# What a whole number may be: the least and the most.
# Stands for all of them where tools are named.
EVERY_TOOL = "*"
_TOOLS_NAMED_MAX = 200
_NAME = re.compile(ids.TOOL_NAME)
_BOUNDS = {"canary_percent": (1, 100), "canary_promotes_after": (0, 500)}
_BOUNDS_ELSE = (1, 3650)


@dataclass(frozen=True, slots=True)
class Policy:
    """self_approval: a version's author may approve it alone.

    run_retention_days: finished runs go after so many days. warnings_block: a warning rejects a version too;
    questions_block: so does what a gate would ask the approver.
    generation_usd_a_month: what models that write tools may cost, in whole US dollars.
    canary_percent: the share of calls that an approved version starts with, if the approver names none; 100: all.
    canary_promotes_after: calls after which a canary that does no worse takes over by itself; 0: a person decides.
    limits: how much may be asked of it, see tenants/rules/quotas.py; what it does not name has the default.
    uncertain: for email and http, what becomes of a call that nobody knows the end of: `report` it (as all it does
    not name), or `retry`, where once too often is better than never.
    second_factor: whom it asks for a second factor: none, approvers (and owners), everyone. See
    tenants/rights/second_factor.py.
    second_implementation: where a model is configured, it writes each tool a second time from what it promises, and the
    approver is asked where the two differ. It tells whoever serves the model, and spends generation_usd_a_month.
    always_on_runs: the tools ("*": all) of which each real run is held against what its spec says is always so.
    gates: a level (block, warn, off) for gates that may be relaxed; the others, and all it does not name, block.
    """

    self_approval: bool = False
    run_retention_days: int = 90
    warnings_block: bool = False
    questions_block: bool = False
    generation_usd_a_month: int = 50
    canary_percent: int = 100
    canary_promotes_after: int = 0
    limits: dict[str, int] = field(default_factory=Allowance().as_dict)
    uncertain: dict[str, str] = field(default_factory=dict[str, str])
    second_factor: str = "none"
    second_implementation: bool = False
    always_on_runs: list[str] = field(default_factory=list[str])
    gates: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(cls, tenant: Tenant) -> "Policy":
        """Read a tenant's policy; what it does not say has the default, what we do not know is left out."""
        known = {field.name for field in fields(cls)}
        given: dict[str, Any] = {name: value for name, value in tenant.policy.items() if name in known}
        given["limits"] = Allowance.for_tenant(tenant).as_dict()
        return cls(**given)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def approves_more_than(self, other: "Policy") -> bool:
        """Whether something could go live under this policy that the other keeps back."""
        relaxed = any(
            LEVELS.index(self.gates.get(gate, LEVELS[0])) > LEVELS.index(other.gates.get(gate, LEVELS[0]))
            for gate in {*self.gates, *other.gates}
        )
        alone = self.self_approval and not other.self_approval
        unasked = ASKED.index(self.second_factor) < ASKED.index(other.second_factor)
        unblocked = (other.warnings_block and not self.warnings_block) or (
            other.questions_block and not self.questions_block
        )
        return alone or relaxed or unasked or unblocked


async def tenant(session: AsyncSession, actor: Actor) -> Tenant:
    """Return the actor's tenant, with its policy in it."""
    return await session.get_one(Tenant, actor.tenant_id)


async def change(session: AsyncSession, actor: Actor, patch: Mapping[str, object]) -> Policy:
    """Change what `patch` names, and leave the rest. Raises InvalidError naming each bad entry."""
    actor.require(Permission.TENANT_MANAGE)
    problems = [problem for name, value in patch.items() if (problem := _problem(name, value))]
    if problems:
        raise InvalidError("The policy is not valid.", problems=problems)
    tenant = await session.get_one(Tenant, actor.tenant_id, with_for_update=True)
    wanted = {**tenant.policy, **patch}
    if Policy.of(Tenant(policy=wanted, allotted=tenant.allotted)).approves_more_than(Policy.of(tenant)):
        # Whoever lowers the bar for approval does what an approver does.
        await delegation.demand(session, actor, {Permission.VERSIONS_APPROVE, Permission.TENANT_MANAGE})
    held = Policy.of(tenant).as_dict()
    tenant.policy = wanted
    before = {name: held[name] for name in patch}
    await audit.record(session, actor, "policy.changed", actor.tenant_slug, patch=dict(patch), before=before)
    return Policy.of(tenant)


def _problem(name: str, value: object) -> dict[str, str] | None:
    kinds: dict[str, type] = {name: type(value) for name, value in Policy().as_dict().items()}
    said = None
    if name not in kinds:
        said = f"A policy has {', '.join(kinds)}."
    elif name in _CHECKS:
        said = _CHECKS[name](value)
    elif type(value) is not kinds[name]:
        said = f"{name} is {'true or false' if kinds[name] is bool else 'a whole number'}."
    elif isinstance(value, int) and not isinstance(value, bool):
        least, most = _BOUNDS.get(name, _BOUNDS_ELSE)
        said = None if least <= value <= most else f"{name} is {least} to {most}."
    return {"path": f"/{name}", "message": said} if said else None


def _tools_problem(value: object) -> str | None:
    named = cast("list[object]", value) if isinstance(value, list) else [None]
    if len(named) <= _TOOLS_NAMED_MAX and all(
        isinstance(one, str) and (one == EVERY_TOOL or _NAME.fullmatch(one)) for one in named
    ):
        return None
    return f'always_on_runs is a list of at most {_TOOLS_NAMED_MAX} names of tools, or ["{EVERY_TOOL}"] for all.'


def _choices_problem(value: object) -> str | None:
    choices = cast("dict[str, object]", value) if isinstance(value, dict) else {"": value}
    if all(capability in REPEATABLE and choice in CHOICES for capability, choice in choices.items()):
        return None
    return f"uncertain is an object from {', '.join(REPEATABLE)} to {' or '.join(CHOICES)}."


def _levels_problem(value: object) -> str | None:
    levels = cast("dict[str, object]", value) if isinstance(value, dict) else {"": value}
    if all(gate in RELAXABLE and level in LEVELS for gate, level in levels.items()):
        return None
    return f"gates is an object from {', '.join(RELAXABLE)} to {', '.join(LEVELS)}; the other gates always block."


def _factor_problem(value: object) -> str | None:
    return None if value in ASKED else f"second_factor is one of {', '.join(ASKED)}."


# What is neither a whole number nor true or false.
_CHECKS: Mapping[str, Callable[[object], str | None]] = {
    "gates": _levels_problem,
    "uncertain": _choices_problem,
    "limits": quotas.problem,
    "always_on_runs": _tools_problem,
    "second_factor": _factor_problem,
}
