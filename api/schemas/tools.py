"""Bodies about tools: specs, versions, findings, runs."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.schemas.evolution import ServedOut
from api.schemas.pages import CallerOut, Shape, Strict, TimeText
from tenants.confinement import spec_fields
from tenants.models import Version
from tenants.tools.reviews import Review

# What goes out of a spec has no answers of hold-outs in it, unless somebody who may see them has it put back.
SpecShown = Annotated[dict[str, Any], AfterValidator(spec_fields.without_answers)]
StateName = Literal["draft", "generating", "checking", "rejected", "awaiting_approval", "live", "retired"]


class Example(Strict):
    """One call and what must come of it: a result, or the code of an error."""

    arguments: dict[str, Any]
    result: Any = None
    error: Any = None
    world: dict[str, Any] | None = Field(None, description="The canned world the call runs in.")


class InvariantIn(BaseModel):
    """What holds for every call."""

    model_config = ConfigDict(extra="allow")

    say: str = Field(description="In a sentence.")
    check: str = Field(
        description="As a Python expression over `arguments`, `result`, `error` (a code) and `done`.",
        examples=["result['paid_cents'] <= arguments['due_cents']"],
    )


class SpecIn(BaseModel):
    """What a tool must do. tenants/confined/spec_rules.py checks it whole and reports every problem at once."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(examples=["add_numbers"])
    title: str | None = None
    description: str
    input_schema: dict[str, Any] = Field(description="JSON Schema 2020-12, object-rooted.")
    output_schema: dict[str, Any] | None = Field(None, description="JSON Schema 2020-12, object-rooted.")
    examples: list[Any] = Field(default_factory=list[Any])
    holdouts: list[Any] = Field(
        default_factory=list[Any],
        description="Like examples; what is expected is shown to who wrote it, and to approvers.",
    )
    capabilities: dict[str, Any] = Field(
        default_factory=dict[str, Any], examples=[{"http": ["GET https://api.stripe.com/v1/*"]}]
    )
    limits: dict[str, Any] = Field(default_factory=dict[str, Any], examples=[{"fuel": 2_000_000_000}])
    effects: Literal["read", "idempotent", "destructive"] = "read"
    always: list[InvariantIn] = Field(default_factory=list[InvariantIn])


class Generate(Strict):
    instructions: str = Field("", max_length=20_000)


class VersionIn(Strict):
    """Either the source, or what a model is to generate."""

    source: str | None = None
    generate: Generate | None = None


class FindingOut(BaseModel):
    gate: str
    severity: Literal["error", "question", "warning"]
    message: str
    hint: str | None
    line: int | None


class VersionSummary(Shape):
    tool: str = Field(validation_alias="tool_name")
    number: int
    state: StateName
    digest: str | None = Field(
        description="What an approval is for: source, schemas, description, grant, limits, report."
    )
    component_digest: str | None
    findings: list[FindingOut] = Field(validation_alias="visible_findings")
    left_behind: bool = Field(
        validation_alias="is_left_behind",
        description="It does not answer as before on this release's image, so it serves on its own, and waits for you.",
    )
    author: CallerOut
    created_at: datetime
    updated_at: datetime


class WaitingOut(Shape):
    """A version that awaits approval, as a list of them tells it."""

    tool: str = Field(validation_alias="tool_name")
    number: int
    title: str | None
    effects: Literal["read", "idempotent", "destructive"]
    questions: int = Field(description="How many of the gates ask something of the approver.")
    warnings: int
    author: CallerOut
    created_at: datetime
    updated_at: datetime = Field(description="Since when it waits.")

    @classmethod
    def of_version(cls, version: Version) -> Self:
        said = [finding["severity"] for finding in version.visible_findings]
        counted = {"questions": said.count("question"), "warnings": said.count("warning")}
        return cls.of(version, title=version.spec.get("title"), effects=version.spec["effects"], **counted)


class SharedOut(BaseModel):
    """Something that both this version and a tool that serves may reach, and one of them write."""

    tool: str
    capability: str
    what: str = Field(description="A pattern of paths or keys, or `DATABASE: TABLE`.")
    says: str


class AnsweredOut(BaseModel):
    """A question of a gate, and what the approver said to it."""

    question: str
    answer: str


class DecisionOut(Shape):
    """A person's yes or no to exactly one digest."""

    decision: Literal["approve", "reject", "withdraw"]
    digest: str
    reason: str | None = Field(description="Of a no, why; of a yes, what was said beside it.")
    answers: list[AnsweredOut] | None = Field(description="What was said to the questions of the gates.")
    actor: dict[str, Any] = Field(description="Whoever decided: as it was kept then.")
    created_at: TimeText


class VersionOut(VersionSummary):
    source: str | None
    generate: dict[str, Any] | None = Field(description="What a model was asked to write; null for a given source.")
    spec: SpecShown
    grant: dict[str, Any] = Field(description="`permits` as asked for, and `sentences` in plain words.")
    limits: dict[str, int]
    image: str | None = Field(validation_alias="image_digest")
    report: dict[str, Any] = Field(validation_alias="visible_report")
    approval: DecisionOut | None
    shares: list[SharedOut] = Field(description="What it would write that live tools read, and the other way round.")
    changes: dict[str, Any] | None = Field(description="Beside the version that serves; null when there is no other.")
    spec_by: dict[str, Any] | None = Field(
        description="Whoever last wrote the spec that it was made for; null where that is not known."
    )
    independent_holdouts: int | None = Field(
        description="How many hold-outs are somebody else's than the code; null where that is not known."
    )

    @classmethod
    def of_review(cls, review: Review, source: str | None) -> Self:
        """A version, and what stands beside it; without the answers of its hold-outs.

        Its `source` is what source_readings opened for this reader.
        """
        may = review.authority
        return cls.of(
            review.version,
            source=source,
            grant=may.grant,
            limits=may.limits,
            shares=may.shares,
            approval=review.approval,
            changes=review.changes,
            spec_by=review.spec_by,
            independent_holdouts=review.independent,
        )


class PromiseOut(BaseModel):
    """What callers of a tool are promised."""

    name: str
    title: str | None
    description: str
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None
    effects: str
    capabilities: dict[str, Any]


class OutsideCasesIn(Strict):
    """In the form of a spec's."""

    holdouts: list[Any] = Field(
        default_factory=list[Any], description="Cases and stories, with what must come of them."
    )
    always: list[InvariantIn] = Field(default_factory=list[InvariantIn])


class OutsideCasesOut(BaseModel):
    id: str
    author: CallerOut
    created_at: datetime
    numbers: dict[str, int] = Field(description="How many `holdouts` and `always`.")
    holds: bool = Field(description="Whether the schemas are those that they were written for; else nothing is tried.")
    holdouts: list[Any] | None = Field(None, description="Null for who may not see what they say.")
    always: list[Any] | None = None


class DeprecationOut(BaseModel):
    """What callers are told of a tool that is to go."""

    message: str
    replaced_by: str | None
    since: datetime
    by: CallerOut
    ends_at: datetime | None = Field(description="When it is retired by itself.")


class ToolOut(Shape):
    name: str
    title: str | None
    description: str
    spec: SpecShown
    live_version: int | None
    last_version: int
    created_by: dict[str, Any] = Field(description="Whoever submitted it: as it was kept then.")
    created_at: datetime
    updated_at: datetime
    retired_at: datetime | None
    deprecation: DeprecationOut | None = Field(None, validation_alias="deprecation_notice")
    runs_last_7_days: int | None = Field(
        None, description="Counted up to 10,000; null in answers to writes, and for those who may not read runs."
    )
    last_run_at: datetime | None = Field(None, description="Null when it was never called, and where the count is.")
    newest_state: StateName | None = Field(
        None, description="The state of version `last_version`; null when there is none, and in answers to writes."
    )
    served: ServedOut | None = Field(
        None,
        description="The words of the version that serves, where one tool is asked for: those above are the spec's, "
        "which the next version is made for.",
    )
    unserved: str | None = Field(
        None,
        description="Why the live version is not served: its spec cannot be read. Null when it is, or none is live.",
    )


class AnswerToGate(Strict):
    question: str = Field(min_length=1, max_length=20_000, description="The message of the finding that asks.")
    answer: str = Field(min_length=1, max_length=5_000)


class ApproveIn(Strict):
    digest: str = Field(description="The digest you reviewed.")
    canary_percent: int | None = Field(
        None,
        ge=1,
        le=100,
        description="The share of calls it serves at first, beside the live version. 100: all, at once. "
        "Left out: as the policy says.",
    )
    note: str | None = Field(None, max_length=5_000, description="What the author and later readers are to know.")
    answers: list[AnswerToGate] = Field(
        default_factory=list[AnswerToGate], max_length=200, description="To each question of the gates, what you say."
    )


class RejectIn(Strict):
    reason: str = Field(min_length=1, max_length=5_000)


class RollbackIn(Strict):
    version: int = Field(ge=1, le=2**31 - 1)


class DraftIn(Strict):
    text: str = Field(description="What the tool is to do, in plain words.", min_length=1, max_length=20_000)


class DraftProblem(BaseModel):
    path: str
    message: str
    hint: str | None = None


class DraftOut(BaseModel):
    """A proposed spec. Nothing has been submitted: edit it and POST it to /tools."""

    spec: dict[str, Any] | None
    problems: list[DraftProblem] = Field(description="What is still wrong with it; empty when it can be submitted.")
    questions: list[str] = Field(description="What the text left open.")
