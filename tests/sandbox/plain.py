"""A component host that knows nothing of ours: wasmtime as it comes, WASI and three functions."""

import json
from typing import Any

from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker


def _echo(_: object, request: str) -> str:
    return json.dumps({"value": json.loads(request)["payload"]})


def _ignore(*_: object) -> None:
    pass


def _accept(*_: object) -> bool:
    return True


class Plain:
    """A standalone component, compiled; each call is of a fresh instance."""

    def __init__(self, binary: bytes):
        config = Config()
        config.max_wasm_stack = 1 << 20
        self._engine = Engine(config)
        self._component = Component(self._engine, binary)
        self._linker = Linker(self._engine)
        self._linker.add_wasip2()
        with self._linker.root() as root, root.add_instance("sealwright:tool/host") as host:
            host.add_func("call", _echo)
            host.add_func("progress", _ignore)
            host.add_func("log", _accept)

    def call(self, arguments: dict[str, Any]) -> str:
        store = Store(self._engine)
        store.set_wasi(WasiConfig())
        run = self._linker.instantiate(store, self._component).get_func(store, "run")
        assert run is not None
        return run(store, json.dumps(arguments))
