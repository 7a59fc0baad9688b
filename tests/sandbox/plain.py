"""A component host that knows nothing of ours: wasmtime as it comes, WASI and three functions."""

import json
from typing import Any

from wasmtime import Config, Engine, Store, WasiConfig
from wasmtime.component import Component, Linker


def call_plainly(binary: bytes, arguments: dict[str, Any]) -> str:
    config = Config()
    config.max_wasm_stack = 1 << 20
    engine = Engine(config)
    linker = Linker(engine)
    linker.add_wasip2()
    with linker.root() as root, root.add_instance("sealwright:tool/host") as host:
        host.add_func("call", _echo)
        host.add_func("progress", _ignore)
        host.add_func("log", _accept)
    store = Store(engine)
    store.set_wasi(WasiConfig())
    instance = linker.instantiate(store, Component(engine, binary))
    run = instance.get_func(store, "run")
    assert run is not None
    return run(store, json.dumps(arguments))


def _echo(_: object, request: str) -> str:
    return json.dumps({"value": json.loads(request)["payload"]})


def _ignore(*_: object) -> None:
    pass


def _accept(*_: object) -> bool:
    return True
