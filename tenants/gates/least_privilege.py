"""Least privilege, as run: a permit that is wider than anything the examples use is a permit to take back."""

from collections.abc import Iterator

from sandbox import Finding, HostCall
from tenants.gates.trial.candidates import Candidate

name = "least_privilege"
_METHODS_OF_STAR = 3
_STATEMENTS_OF_ANY = 20


async def check(candidate: Candidate) -> list[Finding]:
    calls: list[HostCall] = []
    for field in ("examples", "holdouts"):
        for index in range(len(candidate.cases(field))):
            calls += (await candidate.trial(field, index)).calls
    asked = candidate.spec["capabilities"]
    used = {call.capability for call in calls}
    found = [*_unused(candidate)]
    if "http" in used:
        found += _http(asked.get("http", []), calls)
    for capability in ("ledger", "kv", "files"):
        found += _names(capability, asked.get(capability, []))
    if "sql" in used:
        found += _sql(asked.get("sql", []), calls)
    return found


def _unused(candidate: Candidate) -> Iterator[Finding]:
    """The reading of the source warns; once all is proven, what nothing uses has no reason to be granted."""
    for finding in candidate.static:
        if finding.gate == "privilege" and finding.severity == "warning":
            yield Finding(name, "error", finding.message, finding.hint, finding.line)


def _http(lines: list[str], calls: list[HostCall]) -> Iterator[Finding]:
    requests = list(_requests(calls))
    methods = {method for method, _ in requests}
    hosts = {url.split("/")[2].split(":")[0] for _, url in requests if url.count("/") >= 2}
    for line in lines:
        method, _, url = line.partition(" ")
        host = url.split("/")[2] if url.count("/") >= 2 else ""
        if method == "*" and len(methods) < _METHODS_OF_STAR:
            yield _wide("http", line, f"the examples only send {', '.join(sorted(methods))}", f"{min(methods)} {url}")
        if host.startswith("*.") and len(hosts) == 1:
            yield _wide("http", line, f"the examples only talk to {min(hosts)}", line.replace(host, min(hosts), 1))
        if url and method not in {"*", "at"} and method not in methods:
            yield _wide("http", line, f"no example sends {method}", "an example that needs it, or no such permit")


def _requests(calls: list[HostCall]) -> Iterator[tuple[str, str]]:
    for call in calls:
        if call.capability == "http":
            for one in [call.payload] if call.operation == "request" else call.payload.get("requests", []):
                yield str(one.get("method", "GET")), str(one.get("url", ""))


def _names(capability: str, lines: list[str]) -> Iterator[Finding]:
    for line in lines:
        pattern = line.split(" ")[-1]
        if pattern in {"*", "tenant/*"}:
            yield _wide(
                capability, line, f"it reaches everything the tenant keeps in {capability}", "a prefix of its own"
            )


def _sql(lines: list[str], calls: list[HostCall]) -> Iterator[Finding]:
    written = {
        call.payload.get("database") for call in calls if call.capability == "sql" and call.operation == "execute"
    }
    ran = {
        f"{call.payload.get('database')}: {call.payload.get('statement')}" for call in calls if call.capability == "sql"
    }
    for line in (" ".join(one.split()).rstrip("; ") for one in lines if not one.startswith("at most ")):
        verb, _, database = line.partition(" ")
        if verb == "write" and "*" not in database and database not in written:
            yield _wide("sql", line, "no example writes to it", f"read {database}")
        if verb.endswith(":"):
            if line not in ran:
                yield _wide("sql", line, "no example runs it", "an example that needs it, or no such permit")
        elif len(ran) <= _STATEMENTS_OF_ANY:
            hint = f"Ask for those alone: {', '.join(repr(one) for one in sorted(ran))}."
            message = f"The permit sql: {line!r} allows any statement, and the examples run {len(ran)}."
            yield Finding(name, "warning", message, hint)


def _wide(capability: str, line: str, because: str, instead: str) -> Finding:
    message = f"The permit {capability}: {line!r} is wider than needed: {because}."
    return Finding(name, "error", message, f"Ask for {instead!r}." if " " in instead else f"Ask for {instead}.")
