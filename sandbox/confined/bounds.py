"""What one confined job may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """wall_ms: from the fork to the answer. cpu_s: the child's own, whole seconds, kept by the kernel.

    memory_bytes: what the child may map beyond what it is born with. answer_bytes: each single message it says.
    """

    wall_ms: int
    cpu_s: int
    memory_bytes: int
    answer_bytes: int
