"""Around a prediction: a model, a place, a body small and fast enough, and an answer in time; else a refusal."""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .gate import Gate
from .lifecycle import Lifecycle
from .metrics import PREDICT
from .refusals import refusal
from .settings import Settings


class BodyTooLarge(Exception):
    pass


class NotJson(Exception):
    pass


class BodyTooSlow(Exception):
    pass


class ClientLeft(Exception):
    pass


class Guard:
    def __init__(self, app: ASGIApp, settings: Settings, lifecycle: Lifecycle, gate: Gate) -> None:
        self._app = app
        self._settings = settings
        self._lifecycle = lifecycle
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PREDICT or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        request_id: str = scope["state"]["request_id"]
        if not self._lifecycle.loaded:
            wait = {"Retry-After": "5"}
            await refusal(request_id, 503, "loading", "the model is not loaded yet", headers=wait)(scope, receive, send)
            return
        # Before the body is read: what is turned away must not cost memory.
        if not self._gate.enter():
            wait = {"Retry-After": "1"}
            busy = refusal(request_id, 503, "overloaded", "all places are taken; try again", headers=wait)
            await busy(scope, receive, send)
            return
        try:
            await self._admitted(scope, receive, send, request_id)
        finally:
            self._gate.leave()

    async def _admitted(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        answer: JSONResponse
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        limit = self._settings.max_body_bytes
        try:
            async with asyncio.timeout(self._settings.request_timeout_seconds):
                body = await self._read(scope, receive)
                await self._app(scope, _replay(body, receive), send_noted)
            return
        except ClientLeft:
            # Nobody reads it; the metrics count it as the client's doing (499, as nginx calls it).
            answer = refusal(request_id, 499, "client-left", "the client left before its body was there")
        except BodyTooLarge:
            answer = refusal(request_id, 413, "body-too-large", f"the body is larger than {limit} bytes")
        except NotJson:
            answer = refusal(request_id, 415, "not-json", "send JSON, declared by Content-Type: application/json")
        except BodyTooSlow:
            seconds = self._settings.body_timeout_seconds
            # The rest of the body would be read as the next request.
            closing = {"Connection": "close"}
            message = f"the body did not arrive within {seconds:g} s"
            answer = refusal(request_id, 408, "body-too-slow", message, headers=closing)
        except TimeoutError:
            if started:
                raise
            seconds = self._settings.request_timeout_seconds
            answer = refusal(request_id, 504, "timeout", f"there was no answer within {seconds:g} s")
        await answer(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        limit = self._settings.max_body_bytes
        headers = Headers(scope=scope)
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json":
            raise NotJson
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > limit:
            raise BodyTooLarge
        body = bytearray()
        try:
            async with asyncio.timeout(self._settings.body_timeout_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientLeft
                    body += message.get("body", b"")
                    if len(body) > limit:
                        raise BodyTooLarge
                    if not message.get("more_body", False):
                        return bytes(body)
        except TimeoutError:
            raise BodyTooSlow from None


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body that was read, once; then whatever the client does next."""
    unread = True

    async def replayed() -> Message:
        nonlocal unread
        if unread:
            unread = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replayed
