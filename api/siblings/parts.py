"""What one of several serving processes has of what the settings give to all of them together."""

from api.settings import Settings

_CONNECTIONS_MIN = 4


def part_of(settings: Settings, number: int) -> Settings:
    """The settings of the child `number`: the parent has the probes' port and the pulse."""
    count = settings.processes
    workers = settings.sandbox_workers
    return settings.model_copy(
        update={
            "metrics_port": None,
            "pulse_file": None,
            # By default the pool knows how many there are of it.
            "sandbox_workers": workers and max(1, _share(workers, number, count)),
            "build_tasks": _share(settings.build_tasks, number, count),
            "database_connections": max(_CONNECTIONS_MIN, settings.database_connections // count),
        }
    )


def _share(whole: int, number: int, count: int) -> int:
    """The first ones have what is left over."""
    return whole // count + (number < whole % count)
