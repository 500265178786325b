"""Pub/Sub and the metadata server on loopback: keeps what it is given; it can refuse, or take its time."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class PubSubStandIn:
    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.calls = 0
        self.authorisations: list[str | None] = []
        self.tokens_given = 0
        self.token_seconds = 3600
        # What it answers to the calls to come, in order; 200 after them.
        self.answers: list[int] = []
        self.delay_seconds = 0.0
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stand_in.calls += 1
                stand_in.authorisations.append(self.headers["Authorization"])
                time.sleep(stand_in.delay_seconds)
                status = stand_in.answers.pop(0) if stand_in.answers else 200
                if status == 200:
                    stand_in.paths.append(self.path)
                    stand_in.records += [json.loads(base64.b64decode(one["data"])) for one in content["messages"]]
                self._answer(status, {})

            def do_GET(self) -> None:
                if self.headers["Metadata-Flavor"] != "Google":
                    self._answer(403, {})
                    return
                stand_in.tokens_given += 1
                token = {"access_token": f"token-{stand_in.tokens_given}", "expires_in": stand_in.token_seconds}
                self._answer(200, token)

            def _answer(self, status: int, document: dict[str, Any]) -> None:
                content = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def environment(self, **more: object) -> dict[str, object]:
        """What a server needs to be told to write its records here."""
        return {
            "PREDICTION_LOG_TOPIC": "projects/acme/topics/predictions",
            "PUBSUB_EMULATOR_HOST": self.host,
            "ENVIRONMENT": "test",
        } | more

    def wait_for(self, true: Callable[[PubSubStandIn], bool]) -> None:
        end = time.monotonic() + 10
        while not true(self):
            assert time.monotonic() < end, f"waited in vain; {len(self.records)} records are there"
            time.sleep(0.02)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
