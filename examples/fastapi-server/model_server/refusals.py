"""Answers that are not predictions, all of one shape, with no value of the request in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi.responses import JSONResponse
from pydantic import BaseModel


class Problem(BaseModel):
    field: str
    problem: str


class ErrorBody(BaseModel):
    code: str
    message: str
    details: list[Problem] = []


class ErrorResponse(BaseModel):
    error: ErrorBody
    request_id: str


def refusal(
    request_id: str,
    status: int,
    code: str,
    message: str,
    details: Sequence[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    body = ErrorResponse(error=ErrorBody(code=code, message=message, details=list(details)), request_id=request_id)
    return JSONResponse(body.model_dump(), status_code=status, headers=headers)
