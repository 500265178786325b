"""Puts the parts together: routes, middleware, and the loading of the model behind the open port."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException

from . import pubsub
from .gate import Gate
from .guard import Guard
from .lifecycle import Lifecycle
from .logs import log
from .metrics import PREDICT, Metrics, ModelMetrics
from .model import Model
from .observe import Observe
from .prediction_log import PredictionLog, Publisher
from .prediction_records import Answered, PredictionRecords, hash_key
from .refusals import ErrorResponse, Problem, refusal
from .schemas import PredictionOut, PredictResponse, request_schema
from .settings import Settings

# Set by Identity-Aware Proxy. Whoever reaches the pod past the gateway could forge it: it grants nothing.
CALLER_HEADER = "x-goog-authenticated-user-email"
REFUSALS = {
    400: "The body cannot be read as JSON",
    408: "The body did not arrive in time",
    413: "The body is too large",
    415: "The body is not declared as JSON",
    422: "The body is not what the model takes",
    500: "The server failed",
    503: "Not loaded yet, or all places are taken; see Retry-After",
    504: "No answer in time",
}


class ModelServer:
    """A model server that does not listen yet. A test, or another kind of model, brings `load` and `publisher`."""

    def __init__(
        self, settings: Settings, load: Callable[[Settings], Model], publisher: Publisher | None = None
    ) -> None:
        self.settings = settings
        self.lifecycle = Lifecycle(settings.drain_seconds, settings.drain_listen_seconds)
        self.gate = Gate(settings.max_concurrency, settings.max_queue)
        self._load = load
        self._publisher = publisher or pubsub.publisher_of(settings)
        self._hash_key = hash_key(settings)
        self._metrics = Metrics(self.gate)
        self._log: PredictionLog | None = None
        self.app = FastAPI(
            title="model server",
            # Their pages load scripts from a public CDN; /openapi.json stays.
            docs_url=None,
            redoc_url=None,
            lifespan=self._lifespan,
        )
        self.app.add_middleware(Guard, settings=settings, lifecycle=self.lifecycle, gate=self.gate)
        self.app.add_middleware(Observe, metrics=self._metrics, lifecycle=self.lifecycle)
        self.app.add_exception_handler(RequestValidationError, _not_the_schema)
        self.app.add_exception_handler(HTTPException, _http_error)
        self._add_probes()

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()

        def load() -> None:
            began = time.monotonic()
            try:
                model = self._load(self.settings)
            except Exception as error:
                self.lifecycle.fail(f"{type(error).__name__}: {error}")
                return
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._begin, model, time.monotonic() - began)

        # A daemon: a mount that hangs must not keep the process from ending.
        threading.Thread(target=load, name="load-model", daemon=True).start()
        yield
        if self._log:
            await asyncio.to_thread(self._log.close, max(1.0, self.lifecycle.seconds_left - 0.5))
        self.gate.close()

    def _begin(self, model: Model, seconds: float) -> None:
        try:
            self._serve(model)
        except Exception as error:
            # An exception in a callback of the loop would only be logged, and the server never ready.
            self.lifecycle.fail(f"{type(error).__name__}: {error}")
            return
        self.lifecycle.model_is_ready()
        log(logging.INFO, "model loaded", model=model.name, version=model.version, seconds=round(seconds, 3))

    def _serve(self, model: Model) -> None:
        settings = self.settings
        metrics = self._metrics.of_model(model, settings.drift_window, settings.drift_minimum)
        if self._publisher:
            environment, features = settings.environment or "", settings.prediction_log_features
            records = PredictionRecords(model, environment, features, self._hash_key)
            share, queue = settings.prediction_log_sample, settings.prediction_log_queue
            self._log = PredictionLog(records, self._publisher, metrics, share, queue)
        self._add_predict(model, metrics)

    def _add_probes(self) -> None:
        @self.app.get("/healthz", summary="Whether the process works: 503 once every thread hangs in a prediction")
        async def healthz() -> JSONResponse:
            stuck = self.gate.stuck
            return JSONResponse({"status": "stuck" if stuck else "alive"}, status_code=503 if stuck else 200)

        @self.app.get(
            "/readyz", summary="Whether requests should be sent here: 503 while the model loads and while it drains"
        )
        async def readyz() -> JSONResponse:
            phase = self.lifecycle.phase
            return JSONResponse({"status": phase}, status_code=200 if phase == "ready" else 503)

        @self.app.get("/metrics", summary="Prometheus metrics", response_class=Response)
        async def metrics() -> Response:
            return Response(self._metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _add_predict(self, model: Model, metrics: ModelMetrics) -> None:
        PredictRequest = request_schema(model, self.settings.max_instances)

        async def predict(body: PredictRequest, request: Request) -> PredictResponse:  # type: ignore[valid-type]
            rows = [instance.model_dump() for instance in body.instances]  # type: ignore[attr-defined]
            predictions = await self.gate.run(lambda: model.predict(rows))
            metrics.predicted(rows, predictions)
            if self._log:
                self._log.write(
                    Answered(
                        request_id=request.state.request_id,
                        caller=request.headers.get(CALLER_HEADER),
                        rows=rows,
                        predictions=predictions,
                        latency_seconds=time.perf_counter() - request.state.began,
                    )
                )
            answers = [PredictionOut.of(prediction) for prediction in predictions]
            return PredictResponse(model=model.name, version=model.version, predictions=answers)

        # Not from its source, where the type would be a name that the module does not have.
        predict.__annotations__ = {"body": PredictRequest, "request": Request, "return": PredictResponse}
        self.app.post(
            PREDICT,
            summary=f"Predictions of {model.name}",
            responses={status: {"model": ErrorResponse, "description": text} for status, text in REFUSALS.items()},
        )(predict)
        self.app.openapi_schema = None
        self.app.version = model.version


async def _not_the_schema(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    details = [
        Problem(field=".".join(str(part) for part in found["loc"])[:200], problem=found["msg"][:500])
        for found in error.errors()[:50]
    ]
    message = "the body is not what the model takes: see details, and /openapi.json for the schema"
    return refusal(request.state.request_id, 422, "invalid-request", message, details)


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = {400: "unreadable", 404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "refused")
    headers = error.headers
    return refusal(request.state.request_id, error.status_code, code, str(error.detail), headers=headers)
