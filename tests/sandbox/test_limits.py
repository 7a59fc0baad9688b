import pytest

from sandbox import InvalidLimits, Limits


def test_a_spec_that_asks_for_nothing_gets_the_defaults():
    assert Limits.of(None) == Limits.of({}) == Limits.DEFAULT


def test_a_spec_changes_only_what_it_names():
    limits = Limits.of({"fuel": 1000, "wall_ms": 5})

    assert (limits.fuel, limits.wall_ms) == (1000, 5)
    assert limits.memory_bytes == Limits.DEFAULT.memory_bytes


def test_every_default_is_within_its_ceiling():
    for name, value in Limits.DEFAULT.as_dict().items():
        assert 0 < value <= getattr(Limits.CEILING, name)


@pytest.mark.parametrize("value", [0, -1, 1.5, "10", True, None])
def test_a_limit_is_a_whole_positive_number(value: object):
    with pytest.raises(InvalidLimits, match="give a whole number from 1 to"):
        Limits.of({"fuel": value})


def test_a_limit_above_the_ceiling_names_the_limit_what_was_given_and_the_ceiling():
    with pytest.raises(InvalidLimits, match=r"wall_ms is 900,001, above the platform's ceiling of 900,000"):
        Limits.of({"wall_ms": 900_001})


def test_an_unknown_limit_is_refused_with_the_known_ones():
    with pytest.raises(InvalidLimits, match="no limit 'cpu'; the limits are fuel, memory_bytes"):
        Limits.of({"cpu": 1})


def test_no_run_gets_less_memory_than_the_interpreter_needs():
    with pytest.raises(InvalidLimits, match="memory_bytes is 1000; give a whole number from 67,108,864 to"):
        Limits.of({"memory_bytes": 1000})
    assert Limits.of({"memory_bytes": Limits.MEMORY_BYTES_MIN}).memory_bytes == 64 << 20
