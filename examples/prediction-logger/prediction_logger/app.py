"""The way between callers and the server: everything passes as it is, answers of the model leave a record."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

from . import metrics
from .confidence import INFERRING
from .delivery import Delivery
from .exchange import Exchange
from .logs import log
from .reading import ASKING
from .records import sampled
from .settings import Settings
from .upstream import NOT_PASSED_ON, Headers, Upstream

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# Set by Identity-Aware Proxy. Whoever reaches the pod past the gateway could forge it: it grants nothing.
CALLER_HEADER = b"x-goog-authenticated-user-email"
REQUEST_ID_HEADER = b"x-request-id"
# Length of the JSON before binary tensors (Triton, docs/protocol/extension_binary_data.md).
JSON_BYTES_HEADER = b"inference-header-content-length"
OWN = "/logger/"


class ClientLeft(Exception):
    pass


class PredictionLogger:
    def __init__(self, settings: Settings, delivery: Delivery | None) -> None:
        self._settings = settings
        self._delivery = delivery
        output = settings.confidence_output
        self._confidence = metrics.Confidence(settings.model, output) if output else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith(OWN):
            await self._own(scope["path"], send)
            return
        request_id = _header(scope["headers"], REQUEST_ID_HEADER)[:128] or uuid.uuid4().hex
        exchange = self._exchange(scope, request_id)
        began = time.perf_counter()
        answer = _Answer(send, request_id, exchange)
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                await self._pass_on(scope, receive, answer, exchange)
        except ClientLeft:
            pass
        except (OSError, TimeoutError) as error:
            status = 504 if isinstance(error, TimeoutError) else 502
            log(logging.WARNING, "the server did not answer", reason=type(error).__name__, request_id=request_id)
            if answer.started:
                # Half an answer must not look like a whole one: uvicorn closes the connection.
                raise
            await _document(send, status, {"error": "the model server did not answer", "request_id": request_id})
        finally:
            if exchange and answer.succeeded:
                exchange.latency_seconds = time.perf_counter() - began
                self._take(exchange)

    def _exchange(self, scope: Scope, request_id: str) -> Exchange | None:
        if scope["method"] != "POST" or not ASKING.search(scope["path"]):
            return None
        recorded = self._delivery is not None and sampled(request_id, self._settings.sample)
        measured = self._confidence is not None and INFERRING.search(scope["path"]) is not None
        if not (recorded or measured):
            return None
        return Exchange(request_id, _header(scope["headers"], CALLER_HEADER) or None, recorded, measured)

    def _take(self, exchange: Exchange) -> None:
        if self._confidence and exchange.measured:
            self._confidence.measure(exchange)
        if self._delivery and exchange.recorded:
            self._delivery.take(exchange)

    async def _pass_on(self, scope: Scope, receive: Receive, answer: _Answer, exchange: Exchange | None) -> None:
        settings = self._settings
        upstream = await Upstream.connect(settings.upstream_host, settings.upstream_port)
        headers = [pair for pair in scope["headers"] if pair[0] != REQUEST_ID_HEADER]
        headers.append((REQUEST_ID_HEADER, answer.request_id.encode("latin-1", "replace")))
        query = scope["query_string"]
        target = scope.get("raw_path", scope["path"].encode()) + (b"?" + query if query else b"")

        async def pass_back() -> None:
            response = await upstream.response()
            await answer.begin(response.status_code, list(response.headers))
            async for chunk in upstream.chunks():
                await answer.add(chunk)
            await answer.end()

        try:
            await upstream.ask(scope["method"], target, headers, _body(receive, exchange))
            # The server works on until its connection closes: a caller who left must not hold a GPU.
            await _unless_left(pass_back(), receive)
        finally:
            upstream.close()

    async def _own(self, path: str, send: Send) -> None:
        if path == "/logger/metrics":
            text = metrics.text(self._settings.model, self._delivery, self._confidence)
            await _answer(send, 200, b"text/plain; version=0.0.4", text.encode())
            return
        if path not in ("/logger/healthz", "/logger/readyz"):
            await _document(send, 404, {"error": "not found"})
            return
        await _document(send, 200, {"status": "alive"})


class _Answer:
    """What goes to the caller, with a copy of its first bytes for the record."""

    def __init__(self, send: Send, request_id: str, exchange: Exchange | None) -> None:
        self._send = send
        self._exchange = exchange
        self.request_id = request_id
        self.started = False
        self.succeeded = False

    async def begin(self, status: int, headers: Headers) -> None:
        passed = [(name, value) for name, value in headers if name not in NOT_PASSED_ON]
        if not _header(passed, REQUEST_ID_HEADER):
            passed.append((REQUEST_ID_HEADER, self.request_id.encode("latin-1", "replace")))
        self.started, self.succeeded = True, 200 <= status < 300
        if self._exchange:
            self._exchange.streamed = _header(passed, b"content-type").startswith("text/event-stream")
            length = _header(passed, JSON_BYTES_HEADER)
            self._exchange.json_bytes = int(length) if re.fullmatch("[0-9]{1,9}", length) else None
        await self._send({"type": "http.response.start", "status": status, "headers": passed})

    async def add(self, chunk: bytes) -> None:
        if self._exchange:
            self._exchange.answered.add(chunk)
        await self._send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def end(self) -> None:
        if self._exchange:
            self._exchange.complete = True
        await self._send({"type": "http.response.body", "body": b""})


async def _body(receive: Receive, exchange: Exchange | None) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        chunk: bytes = message.get("body", b"")
        if exchange and exchange.recorded:
            exchange.asked.add(chunk)
        yield chunk
        if not message.get("more_body", False):
            return


async def _unless_left(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    async def left() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    working, leaving = asyncio.create_task(work), asyncio.create_task(left())
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientLeft
        working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


def _header(headers: Headers, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in headers if name.lower() == wanted), "")


async def _document(send: Send, status: int, document: object) -> None:
    await _answer(send, status, b"application/json", json.dumps(document).encode())


async def _answer(send: Send, status: int, media: bytes, content: bytes) -> None:
    headers = [(b"content-type", media), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
