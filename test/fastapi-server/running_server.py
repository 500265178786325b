"""The real server in a process of its own, on a free loopback port, spoken to over HTTP as a client would."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

PATIENCE_SECONDS = 20.0
# The server of `staged_server.py` takes a second over a row with this value.
SLOW_ROW_HOURS = 12345.0
# Over a row with this one it breaks.
BREAKING_ROW_HOURS = 12346.0

HEALTHY_ROW: dict[str, Any] = {
    "temperature_c": 61.5,
    "vibration_mm_s": 2.4,
    "pressure_bar": 6.1,
    "hours_since_service": 900.0,
    "pump_type": "centrifugal",
}
SLOW_ROW = HEALTHY_ROW | {"hours_since_service": SLOW_ROW_HOURS}
BREAKING_ROW = HEALTHY_ROW | {"hours_since_service": BREAKING_ROW_HOURS}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class RunningServer:
    def __init__(self, example: Path, environment: dict[str, str]) -> None:
        self.port = _free_port()
        self._pool = ThreadPoolExecutor(max_workers=64)
        inherited = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(Path(__file__).parent / "staged_server.py")],
            env=inherited
            | {
                "PYTHONPATH": str(example),
                "HOST": "127.0.0.1",
                "PORT": str(self.port),
                "MODEL_PATH": str(example / "model"),
            }
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._output = self._pool.submit(lambda: list(self.process.stdout or ()))

    def request(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.request("GET", path)

    def predict(self, *rows: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
        return self.post({"instances": list(rows)}, headers)

    def post(self, document: Any, headers: dict[str, str] | None = None) -> Answer:
        all_headers = {"Content-Type": "application/json"} | (headers or {})
        return self.request("POST", "/predict", json.dumps(document).encode(), all_headers)

    def meanwhile(self, *rows: dict[str, Any]) -> Future[Answer]:
        """A prediction that is not waited for."""
        return self._pool.submit(self.predict, *rows)

    def metrics(self) -> list[Sample]:
        families = text_string_to_metric_families(self.get("/metrics").body.decode())
        return [sample for family in families for sample in family.samples]

    def metric(self, name: str, **labels: str) -> float:
        """The one value of a series; fails where there is none, or more than one."""
        (value,) = self.metric_values(name, **labels)
        return value

    def metric_values(self, name: str, **labels: str) -> list[float]:
        wanted = labels.items()
        return [one.value for one in self.metrics() if one.name == name and wanted <= one.labels.items()]

    def wait_until_ready(self) -> None:
        self.wait_for(lambda: self.get("/readyz").status == 200, "the server is ready")

    def wait_for(self, true: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                if true():
                    return
            except OSError:
                if self.process.poll() is not None:
                    raise AssertionError(f"waited until {what}, but the server ended: {self.output()}") from None
            time.sleep(0.02)
        raise AssertionError(f"waited in vain until {what}")

    def signal(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait(self) -> int:
        return self.process.wait(PATIENCE_SECONDS)

    def output(self) -> list[dict[str, Any]]:
        """Every line of the log, once the server has ended; fails where one is not JSON."""
        self.wait()
        return [json.loads(line) for line in self._output.result(PATIENCE_SECONDS)]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self._pool.shutdown(wait=False, cancel_futures=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
