"""Errors on the HTTP edge: RFC 9457 problem documents, from one table."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.logs import log
from tenants.base import errors

# The first class an error is an instance of decides. Another tenant's thing is not there: 404, never 403.
STATUS: list[tuple[type[errors.TenantsError], int]] = [
    (errors.NotFoundError, 404),
    (errors.NotAuthenticatedError, 401),
    (errors.NotAllowedError, 403),
    (errors.ConflictError, 409),
    (errors.InvalidError, 422),
    (errors.BudgetSpentError, 402),
    (errors.OverQuotaError, 429),
    (errors.StorageFullError, 507),
    (errors.NotKeptError, 503),
    (errors.DatabaseAwayError, 503),
    (errors.ModelUnavailableError, 503),
]


class FieldProblem(BaseModel):
    path: str = Field(description="JSON pointer into what was sent.")
    message: str
    hint: str | None = None


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str = Field(description="Stable: urn:sealwright:problem:CODE.")
    title: str
    status: int
    detail: str
    hint: str | None = Field(None, description="What to do next.")
    instance: str
    request_id: str
    problems: list[FieldProblem] | None = None


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "model": Problem,
        "content": {"application/problem+json": {}},
        "description": HTTPStatus(status).phrase,
    }
    for status in (400, 401, 402, 403, 404, 409, 413, 422, 429)
}
# Only what asks a model costs what a tenant has a budget for.
SPENDING: dict[int | str, dict[str, Any]] = {402: RESPONSES.pop(402)}


def problem(request: Request, status: int, code: str, detail: str, **more: object) -> JSONResponse:
    """Return the problem document for one error; keys of `more` that are None are left out."""
    document: dict[str, object] = {
        "type": f"urn:sealwright:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "request_id": getattr(request.state, "request_id", ""),
    }
    document.update({key: value for key, value in more.items() if value is not None})
    headers = {"Retry-After": str(more["retry_after_s"])} if "retry_after_s" in more else None
    return JSONResponse(document, status, headers=headers, media_type="application/problem+json")


def of_ours(request: Request, error: errors.TenantsError) -> JSONResponse:
    """Return the problem document of an error of tenants."""
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    return problem(request, status, error.code, error.message, hint=error.hint, **error.details)


def _of_ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.TenantsError)  # noqa: S101 - registered for this class only
    return of_ours(request, error)


def _of_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        reason, position = found[0].get("ctx", {}).get("error", "not JSON"), found[0]["loc"][-1]
        return problem(
            request,
            400,
            "unparsable",
            f"The body is not valid JSON: {reason} at character {position}.",
            hint="Send a JSON (or YAML) document with the matching Content-Type.",
        )
    problems = [
        {"path": "/" + "/".join(str(part) for part in item["loc"][1:]), "message": item["msg"]} for item in found
    ]
    return problem(request, 422, "invalid", "Some fields are not valid.", problems=problems)


def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.path_params.keys() == {"path"}:
        # Only the dashboard's route, which takes every path, would have had it with GET.
        return problem(request, 404, "not_found", f"There is nothing at {request.url.path}.")
    code = HTTPStatus(error.status_code).name.lower()
    answer = problem(request, error.status_code, code, str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


def _of_anything(request: Request, error: Exception) -> JSONResponse:
    log.error("request failed", exc_info=error, path=request.url.path)
    return problem(
        request,
        500,
        "internal",
        "Something went wrong on our side.",
        hint="Quote the request id when you report it.",
    )


def install(app: FastAPI) -> None:
    """Let every error leave `app` as a problem document."""
    app.add_exception_handler(errors.TenantsError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_anything)
