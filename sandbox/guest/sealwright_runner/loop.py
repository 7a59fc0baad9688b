"""asyncio without threads, sockets or pipes: when every task waits, the host sleeps."""

import asyncio
import asyncio.selector_events
import concurrent.futures
import selectors
import time


class _Sleeper(selectors.BaseSelector):
    def register(self, fileobj, events, data=None):
        raise PermissionError("a tool has no files or sockets to wait for")

    def unregister(self, fileobj):
        raise KeyError(fileobj)

    def get_map(self):
        return {}

    def select(self, timeout=None):
        if timeout is None:
            raise RuntimeError("deadlock: every asyncio task waits for another one")
        if timeout > 0:
            time.sleep(timeout)
        return []


class Loop(asyncio.selector_events.BaseSelectorEventLoop):
    def __init__(self):
        super().__init__(_Sleeper())

    def _make_self_pipe(self):
        pass

    def _close_self_pipe(self):
        pass

    def _write_to_self(self):
        pass

    def run_in_executor(self, executor, func, *args):
        """There are no threads, so the work is done here and now."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    async def shutdown_default_executor(self, timeout=None):
        pass


def install():
    asyncio.new_event_loop = asyncio.events.new_event_loop = asyncio.runners.events.new_event_loop = Loop
    assert concurrent.futures
