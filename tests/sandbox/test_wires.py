import contextlib
import socket
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.contract.limits import Limits
from sandbox.contract.outcomes import Cancelled, Exhausted, Failed, Fault, Outcome, Refused, Returned, Trapped
from sandbox.process.protocol import (
    FRAME_BYTES,
    Asked,
    Ended,
    Progressed,
    Reply,
    Run,
    Stop,
    ToParent,
    ToWorker,
    Unpacker,
    Wire,
    WireBroken,
    end_of,
    outcome_of,
    packed,
    scrubbed_end,
)
from sandbox.process.worker_links import Link

RUN = Run(7, "/cache/x", "delta", '{"a": 1}', bytes(32), 5, Limits.DEFAULT, -9)
FAULT = Fault("code", "message", "hint", {"a": [1]})


def test_a_message_arrives_as_it_was_sent():
    assert Unpacker(ToWorker).feed(packed(RUN)) == [RUN]


@given(st.lists(st.integers(min_value=1, max_value=9), max_size=60))
def test_messages_arrive_whole_however_the_bytes_are_cut(cuts: list[int]):
    sent = [Progressed(1, 0.5, None, "half"), Asked(2, "é"), Ended(3, end_of(Returned("1")), 1, 2, "log")]
    stream = b"".join(packed(message) for message in sent)
    unpacker = Unpacker(ToParent)
    got: list[object] = []
    for cut in cuts:
        got += unpacker.feed(stream[:cut])
        stream = stream[cut:]
    got += unpacker.feed(stream)

    assert got == sent


def test_a_length_above_the_limit_is_refused_before_its_body_comes():
    with pytest.raises(WireBroken, match="at most"):
        Unpacker(ToParent).feed(struct.pack(">I", FRAME_BYTES + 1))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"garbage",
        msgspec.msgpack.encode({"type": "Nonsense", "run": 1}),
        msgspec.msgpack.encode({"type": "Asked", "run": "one", "request": ""}),
        msgspec.msgpack.encode({"type": "Run", "run": 1}),
        msgspec.msgpack.encode({"type": "Ended", "run": 1, "end": {"kind": "escaped"}}),
        b"\x91" * 100_000,
        msgspec.msgpack.encode({"type": "Asked", "run": 1, "request": "x"})[:-1] + b"\xff",
    ],
)
def test_what_is_no_message_breaks_the_wire(body: bytes):
    with pytest.raises(WireBroken):
        Unpacker(ToParent).feed(struct.pack(">I", len(body)) + body)


@given(st.binary(max_size=200))
def test_any_bytes_are_messages_or_a_broken_wire_never_a_crash(data: bytes):
    with contextlib.suppress(WireBroken):
        Unpacker(ToParent).feed(data)


@pytest.mark.parametrize(
    "outcome",
    [Returned("[1]"), Failed(FAULT), Refused(FAULT), Exhausted(FAULT), Trapped(FAULT), Cancelled()],
)
def test_an_outcome_survives_the_wire(outcome: Outcome):
    (message,) = Unpacker(ToWorker).feed(packed(Stop(1, end_of(outcome))))

    assert outcome_of(message.end) == outcome


def test_the_workers_end_reads_one_by_one_and_sees_the_parent_go():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        wire = Wire(theirs)
        ours.sendall(packed(RUN) + packed(Reply(7, "{}", 3)))

        assert wire.receive() == RUN
        assert wire.receive() == Reply(7, "{}", 3)
        wire.send(Asked(7, "x"))
        assert Unpacker(ToParent).feed(ours.recv(1000)) == [Asked(7, "x")]
        ours.close()
        assert wire.receive() is None


async def test_a_worker_that_says_what_is_no_message_is_given_up():
    class Listening:
        def __init__(self) -> None:
            self.alone = False

        def hear(self, message: object) -> None:
            raise AssertionError(message)

        def lost(self) -> None:
            self.alone = True

    link, listening = Link(), Listening()
    link.listen(listening)
    link.data_received(struct.pack(">I", 3) + b"\xc1\xc1\xc1")
    link.connection_lost(None)

    assert link.gone.is_set()
    assert listening.alone


def test_an_error_with_half_a_character_fits_on_the_wire():
    end = scrubbed_end(Failed(Fault("code", "a\ud800b", None, {"\udfff": ["\ud800", 1]})))
    (message,) = Unpacker(ToParent).feed(packed(Ended(1, end, 0, 0, "")))

    assert message.end.fault == Fault("code", "a?b", None, {"?": ["?", 1]})
