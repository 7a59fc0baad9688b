"""Comments on lines of a source: who writes and reads them, how they reach an author, and what they give away."""

from typing import Any

from tests.api.actors import Cast, ask
from tests.api.mcp.test_outside_cases import CASES, WRONG, settled, wrote
from tests.makers import make_source

LINE = make_source("add_numbers").splitlines().index('    """Return the sum of two whole numbers."""') + 1
HOSTILE = "<b>Say</b> what happens at 2**63. \u202e"


async def version_told(by: Cast, name: str, tool: str, **more: Any) -> dict[str, Any]:
    return (await ask(by, name, "get_version", name=tool, **more)).json()["result"]["structuredContent"]


async def test_a_comment_on_a_line_reaches_the_author_stays_with_its_version_and_is_settled(everybody: Cast) -> None:
    tool = "commented"
    await wrote(everybody, "author_agent", tool)
    path = f"/tools/{tool}/versions/1/comments"
    assert (await everybody.send("approver", "GET", path)).json() == []
    said = await everybody.send("approver", "POST", path, {"line": LINE, "text": HOSTILE})
    assert said.status_code == 201, said.text
    refusals = {
        ("viewer", "POST", path): 403, ("members_key", "POST", path): 403, ("viewer", "PATCH", "/x"): 403,
        ("approver", "POST", f"/tools/{tool}/versions/9/comments"): 404, ("approver", "PATCH", "/lcm_none"): 404,
    }  # fmt: skip
    for (name, method, where), code in refusals.items():
        body: dict[str, Any] = {"line": 1, "text": "x"} if method == "POST" else {"settled": True}
        answer = await everybody.send(name, method, where if where.startswith("/tools") else path + where, body)
        assert answer.status_code == code, (name, where, answer.text)
    for line in (0, 10_000):
        odd = await everybody.send("approver", "POST", path, {"line": line, "text": "x"})
        assert (odd.status_code, odd.json()["problems"][0]["path"]) == (422, "/line")
    rejected = await everybody.send("approver", "POST", f"/tools/{tool}/versions/1/reject", {"reason": "See line 5."})
    assert rejected.status_code == 200
    told = await version_told(everybody, "author_agent", tool, parts=[])
    docstring = '    """Return the sum of two whole numbers."""'
    (comment,) = told["comments"]
    assert (comment["line"], comment["of"], comment["text"]) == (LINE, docstring, HOSTILE)
    assert "`comments`" in told["next"]
    one = f"{path}/{said.json()['id']}"
    settled_by = await everybody.send("author", "PATCH", one, {"settled": True})
    assert settled_by.json()["settled_by"]["kind"] == "person"
    assert (await version_told(everybody, "author_agent", tool, parts=[]))["comments"][0]["settled"] is True
    again = await everybody.send("approver", "PATCH", one, {"settled": False})
    assert (again.json()["settled_by"], again.json()["settled_at"]) == (None, None)
    trail = (await everybody.send("owner", "GET", "/audit")).json()["items"]
    kept = [one["action"] for one in trail if one["subject"] == f"{tool}/1" and "comment" in one["action"]]
    assert kept == ["version.comment_reopened", "version.comment_settled", "version.commented"]


async def test_who_is_shown_a_comment_is_no_outsider_and_who_is_not_shown_the_source_sees_none(everybody: Cast) -> None:
    tool = "commented_beside"
    await wrote(everybody, "author", tool)
    path = f"/tools/{tool}/versions/1/comments"
    await everybody.send("approver", "POST", path, {"line": LINE, "text": "Say it in words."})
    told = await version_told(everybody, "other_agent", tool, parts=["spec", "report"])
    assert "comments" not in told
    cases = {"holdouts": CASES}
    assert (await everybody.send("other", "POST", f"/tools/{tool}/outside-cases", cases)).status_code == 201
    await settled(everybody, tool)
    assert [one["text"] for one in (await everybody.send("other", "GET", path)).json()] == ["Say it in words."]
    assert (await everybody.send("other", "POST", f"/tools/{tool}/outside-cases", cases)).status_code == 403
    # Who writes one has read what it is about.
    assert (await everybody.send("approver", "POST", f"/tools/{tool}/outside-cases", cases)).status_code == 403


async def test_what_waits_names_versions_that_fail_cases_of_others(everybody: Cast) -> None:
    tool = "stopped_by_others"
    await wrote(everybody, "author_agent", tool)
    waiting = (await everybody.send("viewer", "GET", "/overview")).json()["waiting"]
    assert tool not in [one["tool"] for one in waiting["outside"]]
    body = {"holdouts": [*WRONG, *CASES]}
    assert (await everybody.send("other", "POST", f"/tools/{tool}/outside-cases", body)).status_code == 201
    assert (await settled(everybody, tool))["state"] == "rejected"
    waiting = (await everybody.send("viewer", "GET", "/overview")).json()["waiting"]
    (mine,) = [one for one in waiting["outside"] if one["tool"] == tool]
    assert mine == {"tool": tool, "number": 1, "cases": 1}
