"""Around every request: its id, its line in the log, its place in the metrics, an answer even where code broke."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .lifecycle import Lifecycle
from .logs import log
from .metrics import PREDICT, Metrics
from .refusals import refusal

# Probes and scrapes are no work of the model: counted, they would thin out its errors (vLLM leaves them out too).
UNCOUNTED = frozenset({"/healthz", "/readyz", "/metrics"})
HANDLERS = frozenset({PREDICT, "/openapi.json"})
# An id from outside goes into logs and records: only what cannot be mistaken for anything else.
REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class Observe:
    def __init__(self, app: ASGIApp, metrics: Metrics, lifecycle: Lifecycle) -> None:
        self._app = app
        self._metrics = metrics
        self._lifecycle = lifecycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {}).update(request_id=request_id, began=began)
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                if self._lifecycle.phase == "draining":
                    # Tells clients and load balancers to come back on another connection, which leads to another pod.
                    headers["connection"] = "close"
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            logging.getLogger("model_server").exception(
                "a request failed", extra={"fields": {"request_id": request_id}}
            )
            if status == 0:
                broken = refusal(request_id, 500, "internal", "the server failed; its log has the request id")
                await broken(scope, receive, send_marked)
        finally:
            if scope["path"] not in UNCOUNTED:
                self._account(scope, request_id, status, time.perf_counter() - began)

    def _account(self, scope: Scope, request_id: str, status: int, seconds: float) -> None:
        handler = scope["path"] if scope["path"] in HANDLERS else "none"
        # No status: the server ended before the answer was there.
        self._metrics.answered(handler, scope["method"], status or 500, seconds)
        log(
            logging.INFO,
            "request",
            request_id=request_id,
            handler=handler,
            method=scope["method"],
            status=status,
            latency_ms=round(seconds * 1000, 3),
        )


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
