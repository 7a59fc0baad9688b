"""Published domains as services over HTTP: `python published_world.py PORT DOMAIN=MODULE ...`.

It runs where the domains are installed, and is given to no one else. A module gives `get_environment(db=)` and
`get_tasks()`, as those of the tau2 benchmark do. `GET` and `POST /DOMAIN/TOOL` have the domain's own tool do its work
upon the state of the task that was begun; a POST is done once for each Idempotency-Key and its answer given again, as
good services do. What stands under /control is asked by who measures, and by no tool.
"""

import importlib
import json
import pickle
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

HELD_S = 120


class Domain:
    """One domain: its tasks, the state that its services work upon, and what they were asked since a task began."""

    def __init__(self, module: str) -> None:
        self._module = importlib.import_module(module)
        self._start = pickle.dumps(self._module.get_environment().tools.db)
        self._tasks = {str(task.id): task for task in self._module.get_tasks()}
        self.lock = threading.Lock()
        self.begin(None, None)

    def begin(self, task: str | None, hold: Mapping[str, Any] | None) -> None:
        """Lay out the state that a task begins with. `hold`: `{"call", "done"}`, which call is not answered, and
        whether it is done all the same."""
        self.environment = self._environment(task)
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked = self.repeats = 0
        self.hold = hold
        self.held, self.dropped = threading.Event(), threading.Event()

    def told(self) -> dict[str, Any]:
        """The tools with their own schemas, and the tasks with their published calls."""
        environment = self._environment(None)
        names = environment.tools.get_tools()
        tools = {name: _told(environment, name, tool) for name, tool in names.items()}
        return {"tools": tools, "tasks": {name: _calls(task) for name, task in self._tasks.items()}}

    def published(self, task: str) -> dict[str, Any]:
        """The state that a task's published calls end in, by the benchmark's own environment, and their answers."""
        environment = self._environment(task)
        before = environment.get_db_hash()
        said = [answer_of(environment, one["name"], one["arguments"]) for one in _calls(self._tasks[task])]
        answers = [{"status": status, "json": value} for status, value in said]
        return {"before": before, "hash": environment.get_db_hash(), "answers": answers}

    def tried(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What a call is answered where no task has begun."""
        status, value = answer_of(self._environment(None), tool, arguments)
        return {"status": status, "json": value}

    def _environment(self, task: str | None) -> Any:
        environment = self._module.get_environment(db=pickle.loads(self._start))  # noqa: S301 - written above
        first = self._tasks[task].initial_state if task is not None else None
        if first is not None:
            environment.set_state(first.initialization_data, first.initialization_actions, first.message_history or [])
        return environment


def _told(environment: Any, name: str, tool: Any) -> dict[str, Any]:
    said = tool.openai_schema["function"]
    return {
        "changes": environment.tools.tool_type(name).value == "write",
        "description": said["description"],
        "input": said["parameters"],
        "output": tool.returns.model_json_schema(),
    }


def _calls(task: Any) -> list[dict[str, Any]]:
    actions = (task.evaluation_criteria.actions if task.evaluation_criteria else None) or []
    return [{"name": one.name, "arguments": one.arguments} for one in actions]


def answer_of(environment: Any, tool: str, arguments: Mapping[str, Any]) -> tuple[int, Any]:
    """Do it as the benchmark does. What its tools raise is a refusal; no schema stands before them."""
    try:
        value = environment.make_tool_call(tool, requestor="assistant", **arguments)
    except Exception as error:  # noqa: BLE001 - whatever it is, the benchmark tells it to the agent
        return 422, {"detail": str(error)}
    said = value if isinstance(value, str) else json.loads(environment.to_json_str(value))
    return 200, said if isinstance(said, dict) else {"result": said}


class Handler(BaseHTTPRequestHandler):
    """One request. The domains are the server's."""

    protocol_version = "HTTP/1.1"
    domains: ClassVar[dict[str, Domain]] = {}

    def log_message(self, *told: object) -> None:
        """Nobody reads it."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._answer(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self._answer(urlsplit(self.path).path, json.loads(body or b"{}"))

    def _answer(self, path: str, given: dict[str, Any]) -> None:
        first, *rest = [unquote(step) for step in path.strip("/").split("/")]
        if first == "control":
            self._say(200, self._controlled(rest[0], given))
        elif first in self.domains and len(rest) == 1:
            self._serve(self.domains[first], rest[0], given)
        else:
            self._say(404, {"detail": "there is nothing here"})

    def _controlled(self, what: str, given: dict[str, Any]) -> Any:
        domain = self.domains[given["domain"]]
        match what:
            case "domain":
                return domain.told()
            case "published":
                return domain.published(given["task"])
            case "try":
                return domain.tried(given["tool"], given["arguments"])
            case "begin":
                with domain.lock:
                    domain.begin(given["task"], given.get("hold"))
            case "held":
                return {"held": domain.held.wait(HELD_S)}
            case "drop":
                domain.dropped.set()
        with domain.lock:
            return {"hash": domain.environment.get_db_hash(), "asked": domain.asked, "repeats": domain.repeats}

    def _serve(self, domain: Domain, tool: str, arguments: dict[str, Any]) -> None:
        with domain.lock:
            hold = domain.hold if domain.hold and domain.hold["call"] == domain.asked else None
            domain.asked += 1
            held, dropped = domain.held, domain.dropped
            answer = self._done(domain, tool, arguments) if hold is None or hold["done"] else None
        if hold is not None:
            held.set()
            dropped.wait(HELD_S)
            self.close_connection = True
        elif answer is not None:
            self._say(*answer)

    def _done(self, domain: Domain, tool: str, arguments: dict[str, Any]) -> tuple[int, Any]:
        key = self.headers.get("idempotency-key")
        if key is not None and key in domain.answers:
            domain.repeats += 1
            return domain.answers[key]
        answer = answer_of(domain.environment, tool, arguments)
        if key is not None:
            domain.answers[key] = answer
        return answer

    def _say(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    """Takes as many at once as there are lanes and tools."""

    request_queue_size = 256
    daemon_threads = True


def main(port: int, modules: Mapping[str, str]) -> None:
    Handler.domains = {name: Domain(module) for name, module in modules.items()}
    server = Server(("127.0.0.1", port), Handler)
    print("serving", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), dict(word.split("=", 1) for word in sys.argv[2:]))
