"""The server behind, spoken to over a connection for each request: on loopback that costs next to nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import h11

READ_BYTES = 65_536
Headers = list[tuple[bytes, bytes]]

# RFC 9110, 7.6.1: they concern one connection. Without accept-encoding the answer comes as it can be read.
NOT_PASSED_ON = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
        b"accept-encoding", b"expect",
    }
)  # fmt: skip


class Upstream:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._connection = h11.Connection(h11.CLIENT)

    @classmethod
    async def connect(cls, host: str, port: int) -> Upstream:
        return cls(*await asyncio.open_connection(host, port))

    async def ask(self, method: str, target: bytes, headers: Headers, body: AsyncIterator[bytes]) -> None:
        passed = [(name, value) for name, value in headers if name not in NOT_PASSED_ON]
        framed = any(name == b"content-length" for name, _ in passed)
        if not framed and method not in ("GET", "HEAD"):
            passed.append((b"transfer-encoding", b"chunked"))
        request = h11.Request(method=method, target=target, headers=[*passed, (b"connection", b"close")])
        await self._send(request)
        async for chunk in body:
            if chunk:
                await self._send(h11.Data(data=chunk))
        await self._send(h11.EndOfMessage())

    async def response(self) -> h11.Response:
        while True:
            event = await self._next()
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise ConnectionError("the server closed the connection")

    async def chunks(self) -> AsyncIterator[bytes]:
        while True:
            event = await self._next()
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise ConnectionError("the server closed the connection")

    def close(self) -> None:
        self._writer.close()

    async def _send(self, event: h11.Event) -> None:
        data = self._connection.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def _next(self) -> object:
        while True:
            try:
                event = self._connection.next_event()
            except h11.RemoteProtocolError as error:
                raise ConnectionError(str(error)) from None
            if event is not h11.NEED_DATA:
                return event
            self._connection.receive_data(await self._reader.read(READ_BYTES))
