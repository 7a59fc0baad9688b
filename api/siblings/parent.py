"""The parent of several serving processes: it listens, hands each connection to the child that has fewest, relays what
they tell each other, begins anew who dies, and ends when all have ended.

It opens nothing else and reads no byte of a connection, so there is little that could stop it. Children that accept by
themselves were rejected: from one shared socket whoever is woken first takes all that wait, with one socket each
(SO_REUSEPORT) chance deals them out, and those that wait for a child that dies are lost.
"""

import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from api.logs import log
from api.settings import Settings
from api.siblings.children import Child
from api.siblings.lines import RELAYED, Kind, Line
from api.siblings.listening import bound, demand_linux, open_doors

_TICK_S, _IDLE_S = 0.05, 1.0
_AT_ONCE = 32
_PULSE_EVERY_S = 5.0
# A child tells how it is every second.
_SILENT_S = 15.0
# Of a child: 20 s for requests, and what its closing takes.
_ENDING_S = 45.0
_SIGNS = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)


def serve_as_parent(settings: Settings, told: Callable[[], None]) -> Line | None:
    """In the parent: return None when all children have ended. In each child, at once: its line to the parent.

    `told`: when all of them answer. Raises StartError, and SystemExit when a child cannot begin.
    """
    demand_linux()
    with ExitStack() as stack:
        parent = Parent(settings, told, stack)
        return parent.run()


class Parent:
    """`stack` closes all that a child must not keep."""

    def __init__(self, settings: Settings, told: Callable[[], None], stack: ExitStack) -> None:
        self._settings, self._told, self._stack = settings, told, stack
        doors = bound(settings.host, settings.port, "SEALWRIGHT_HOST and SEALWRIGHT_PORT (--host, --port)")
        probes: list[socket.socket] = []
        if settings.metrics_port is not None:
            names = "SEALWRIGHT_METRICS_HOST and SEALWRIGHT_METRICS_PORT"
            probes = bound(settings.metrics_host, settings.metrics_port, names)
        self._doors = dict.fromkeys(doors, Kind.CONNECTION) | dict.fromkeys(probes, Kind.PROBE)
        self._children = [Child(number) for number in range(settings.processes)]
        self._selector = stack.enter_context(selectors.DefaultSelector())
        for one in self._doors:
            stack.callback(one.close)
        self._signs = self._watch_signs()
        self._is_open = self._is_begun = self._is_ending = False
        self._paused_until = self._pulse_at = self._ends_at = 0.0
        self._held: tuple[Kind, socket.socket] | None = None

    def _watch_signs(self) -> socket.socket:
        """Signals come as bytes: each is its number."""
        hearing, telling = socket.socketpair()
        for one in (hearing, telling):
            one.setblocking(False)
            self._stack.callback(one.close)
        self._stack.callback(signal.set_wakeup_fd, signal.set_wakeup_fd(telling.fileno()))
        for sign in _SIGNS:
            self._stack.callback(signal.signal, sign, signal.signal(sign, lambda _sign, _frame: None))
        self._selector.register(hearing, selectors.EVENT_READ, self._hear_signs)
        return hearing

    def run(self) -> Line | None:
        """See `serve_as_parent`."""
        while not (self._is_ending and not any(child.pid for child in self._children)):
            line = self._begin_due()
            if line is not None:
                return line
            for key, _ in self._selector.select(_TICK_S if self._is_waiting else _IDLE_S):
                key.data()
            self._look_around()
        return None

    @property
    def _is_waiting(self) -> bool:
        """Whether there is something to look at again soon; else it sleeps until somebody speaks."""
        behind = any(child.line is None or child.line.is_behind for child in self._children)
        return behind or self._is_ending or self._paused_until > 0

    def _begin_due(self) -> Line | None:
        """Fill the places whose time has come: the first one alone at first, which makes what all of them need."""
        if self._is_ending:
            return None
        for child in self._children if self._is_open else self._children[:1]:
            if not child.pid and time.monotonic() >= child.due_at:
                line = self._fork(child)
                if line is not None:
                    return line
        return None

    def _fork(self, child: Child) -> Line | None:
        ours, theirs = Line.pair(child.number)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            theirs.close()
            child.begin(pid, ours)
            self._selector.register(ours, selectors.EVENT_READ, partial(self._hear, child, ours))
            return None
        # A group of its own: Ctrl-C is for the parent, which tells its children.
        os.setpgid(0, 0)
        ours.close()
        for other in self._children:
            if other.line is not None:
                other.line.close()
        if self._held is not None:
            self._held[1].close()
        return theirs

    def _hear(self, child: Child, line: Line) -> None:
        """What a child says. That it is gone is seen when it is."""
        while True:
            try:
                said = line.receive()
            except EOFError:
                self._selector.unregister(line)
                return
            if said is None:
                return
            kind, body, _ = said
            child.heard_at = time.monotonic()
            if kind is Kind.STATE:
                child.note_state(body)
            elif kind in RELAYED:
                self._relay(child, kind, body)
            elif kind is Kind.LEAVING:
                child.is_leaving = True
            elif kind is Kind.READY:
                self._note_up(child)

    def _relay(self, child: Child, kind: Kind, body: bytes) -> None:
        for other in self._children:
            if other is not child and other.line is not None and other.is_up:
                other.line.post(kind, body)

    def _note_up(self, child: Child) -> None:
        child.note_up()
        self._tell_who_is_up()
        if not self._is_open:
            self._is_open = True
            open_doors(list(self._doors))
            for one, kind in self._doors.items():
                self._selector.register(one, selectors.EVENT_READ, partial(self._accept, one, kind))
        if not self._is_begun and all(one.is_up for one in self._children):
            self._is_begun = True
            self._told()

    def _tell_who_is_up(self) -> None:
        up = json.dumps([child.number for child in self._children if child.is_up]).encode()
        for child in self._children:
            if child.line is not None and child.is_up:
                child.line.post(Kind.UP, up)

    def _accept(self, door: socket.socket, kind: Kind) -> None:
        for _ in range(_AT_ONCE):
            if not any(child.is_taking for child in self._children):
                # They wait in the kernel until somebody is there.
                self._pause()
                return
            try:
                connection, _ = door.accept()
            except BlockingIOError:
                return
            except OSError:  # no descriptor is free, or whoever came has left
                self._pause()
                return
            if not self._hand(kind, connection):
                self._held = (kind, connection)
                self._pause()
                return

    def _hand(self, kind: Kind, connection: socket.socket) -> bool:
        """To the child that has fewest, and has room."""
        if kind is Kind.CONNECTION and connection.family in {socket.AF_INET, socket.AF_INET6}:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for child in sorted((one for one in self._children if one.is_taking), key=lambda one: one.load):
            if child.line is not None and child.line.hand(kind, connection):
                if kind is Kind.CONNECTION:
                    child.note_handed()
                connection.close()
                return True
        return False

    def _pause(self) -> None:
        if not self._paused_until:
            for one in self._doors:
                self._selector.unregister(one)
        self._paused_until = time.monotonic() + _TICK_S

    def _look_around(self) -> None:
        moment = time.monotonic()
        for child in self._children:
            if child.line is not None and child.line.is_behind:
                child.line.flush()
        if self._paused_until and moment >= self._paused_until:
            self._resume()
        if moment >= self._pulse_at:
            self._pulse_at = moment + _PULSE_EVERY_S
            self._beat(moment)
        if self._is_ending:
            self._look_at_the_end(moment)

    def _resume(self) -> None:
        if self._held is not None and not self._hand(*self._held):
            return
        self._held, self._paused_until = None, 0.0
        for one, kind in self._doors.items():
            self._selector.register(one, selectors.EVENT_READ, partial(self._accept, one, kind))

    def _beat(self, moment: float) -> None:
        """It ages when the event loop of any child stands still."""
        file = self._settings.pulse_file
        silent = [one.number for one in self._children if one.is_up and moment - one.heard_at > _SILENT_S]
        if silent:
            log.warning("serving processes are silent", processes=silent)
        elif file is not None and self._is_begun:
            file.touch()

    def _hear_signs(self) -> None:
        for number in self._signs.recv(64):
            if number == signal.SIGCHLD:
                self._bury()
            else:
                self._end(signal.Signals(number))

    def _bury(self) -> None:
        """As the first process of a container it has others' orphans, too."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            for child in self._children:
                if child.pid == pid:
                    self._note_end(child, os.waitstatus_to_exitcode(status))

    def _note_end(self, child: Child, code: int) -> None:
        was_leaving, line, pid = child.is_leaving, child.line, child.pid
        if line is not None and line.fileno() in self._selector.get_map():
            self._selector.unregister(line)
        child.note_end()
        self._tell_who_is_up()
        if self._is_ending:
            return
        if not self._is_begun:
            # Why, it has said itself.
            self._end(signal.SIGTERM)
            self._stack.callback(sys.exit, code if code > 0 else 1)
            return
        level = log.info if was_leaving else log.error
        level("a serving process ended and is begun anew", process=child.number, pid=pid, code=code)

    def _end(self, sign: signal.Signals) -> None:
        """The first time they go on for as long as the settings say; a second sign ends them at once."""
        if not self._is_ending:
            self._is_ending = True
            self._ends_at = time.monotonic() + self._settings.drain_s + _ENDING_S
        for child in self._children:
            child.send(sign)

    def _look_at_the_end(self, moment: float) -> None:
        if self._is_open and not any(child.is_taking for child in self._children) and not self._paused_until:
            # For good: nobody is there any more who could answer.
            self._pause()
            self._paused_until = float("inf")
            for one in self._doors:
                one.close()
        if moment >= self._ends_at:
            for child in self._children:
                child.send(signal.SIGKILL)
