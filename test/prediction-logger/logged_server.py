"""The real logger in a process of its own, before a server that answers as vLLM does, and as Triton does."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).parents[2] / "examples" / "prediction-logger"
PIECES = ["Hel", "lo, ", "world"]


class StandInServer:
    """Answers at once, or piece by piece: the next piece when the test says so."""

    def __init__(self) -> None:
        self.go_on = threading.Semaphore(0)
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.paths: list[str] = []
        # What it answers where it is asked as Triton is, and the headers that say so.
        self.tensors = b"{}"
        self.tensor_headers: dict[str, str] = {}
        self.caller_left = threading.Event()
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                stand_in.paths.append(self.path)
                self._whole(200, {"path": self.path})

            def do_POST(self) -> None:
                body = self._body()
                stand_in.paths.append(self.path)
                stand_in.headers.append({name.lower(): value for name, value in self.headers.items()})
                stand_in.bodies.append(body)
                asked = json.loads(body)
                if asked.get("fail"):
                    self._whole(400, {"error": "no"})
                elif "/v2/models/" in self.path:
                    self._content(200, stand_in.tensors, stand_in.tensor_headers)
                elif asked.get("stream"):
                    self._streamed()
                else:
                    self._whole(200, {"choices": [{"message": {"content": "".join(PIECES)}}]})

            def _body(self) -> bytes:
                if self.headers["Transfer-Encoding"] != "chunked":
                    return self.rfile.read(int(self.headers["Content-Length"]))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def _whole(self, status: int, document: Any) -> None:
                self._content(status, json.dumps(document).encode(), {})

            def _content(self, status: int, content: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                given = {"Content-Type": "application/json", "Content-Length": str(len(content))} | headers
                for name, value in given.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)
                self.close_connection = True

            def _streamed(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream; charset=utf-8")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                try:
                    for piece in PIECES:
                        self._event(json.dumps({"choices": [{"delta": {"content": piece}}]}))
                        if not stand_in.go_on.acquire(timeout=10):
                            return
                    self._event("[DONE]")
                    self.wfile.write(b"0\r\n\r\n")
                except OSError:
                    stand_in.caller_left.set()

            def _event(self, data: str) -> None:
                content = f"data: {data}\n\n".encode()
                self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
                self.wfile.flush()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class RunningLogger:
    def __init__(self, environment: dict[str, object]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        given = {"HOST": "127.0.0.1", "PORT": self.port, "MODEL_NAME": "assistant", "MODEL_VERSION": "3"} | environment
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-m", "prediction_logger"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(EXAMPLE)} | {k: str(v) for k, v in given.items()},
            stdout=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if self.request("GET", "/logger/readyz")[0] == 200:
                    return
            except OSError:
                assert self.process.poll() is None, self.process.communicate()[0]
            time.sleep(0.05)
        raise AssertionError("the logger did not start")

    def open(
        self, method: str, path: str, document: Any = None, headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        body = None if document is None else json.dumps(document).encode()
        connection.request(method, path, body=body, headers={"Content-Type": "application/json"} | (headers or {}))
        return connection.getresponse()

    def request(self, *args: Any, **named: Any) -> tuple[int, bytes, http.client.HTTPMessage]:
        response = self.open(*args, **named)
        return response.status, response.read(), response.headers

    def ask(self, prompt: str = "Hi", headers: dict[str, str] | None = None, **more: Any) -> tuple[int, bytes]:
        document = {"model": "assistant", "messages": [{"role": "user", "content": prompt}]} | more
        status, body, _ = self.request("POST", "/v1/chat/completions", document, headers=headers)
        return status, body

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(15)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()
