"""One JSON object a line on stdout, with the field names that Cloud Logging reads. No payload is ever written."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

FIELDS = "fields"


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "severity": record.levelname,
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "message": record.getMessage(),
            "logger": record.name,
        }
        line |= getattr(record, FIELDS, {})
        if record.exc_info and record.exc_info[0]:
            # The message of an exception may quote the values of a request: where it happened is told, not with what.
            line["exception"] = record.exc_info[0].__name__
            line["stack"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(record.exc_info[2])
            ]
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logs(level: str) -> None:
    """uvicorn's own lines come out the same way; its access log is off."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def log(level: int, message: str, **fields: object) -> None:
    logging.getLogger(__package__).log(level, message, extra={FIELDS: fields})
