"""What was asked and what was answered, out of the bytes of an exchange: the OpenAI interface of vLLM, and Triton's."""

from __future__ import annotations

import json
import re
from typing import Any

from .exchange import Exchange

# What asks a model for something. Routes may have a prefix of their own before it.
ASKING = re.compile(
    r"/v1/(chat/completions|completions|responses|embeddings)$"
    r"|/v2/models/[^/]+(/versions/[^/]+)?/(infer|generate|generate_stream)$"
)


def prompt_of(exchange: Exchange) -> str:
    """The prompt as one text that is the same for the same question; all of the body where it cannot be told."""
    document = _json(exchange.asked.content)
    if isinstance(document, dict):
        for name in ("messages", "prompt", "input", "text_input", "inputs"):
            if name in document:
                value = document[name]
                return value if isinstance(value, str) else compact(value)
    return exchange.asked.content.decode("utf-8", "replace")


def output_of(exchange: Exchange) -> str:
    """The answer's text, put together where it came in pieces."""
    text = exchange.answered.content.decode("utf-8", "replace")
    if not exchange.streamed:
        return _text(_json(exchange.answered.content)) or text
    pieces = [line.removeprefix("data:").strip() for line in text.splitlines() if line.startswith("data:")]
    return "".join(_text(_json(piece.encode())) for piece in pieces if piece != "[DONE]")


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _json(content: bytes | bytearray) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _text(document: Any) -> str:
    if not isinstance(document, dict):
        return ""
    if isinstance(document.get("choices"), list):
        return "".join(_choice(choice) for choice in document["choices"])
    # Events of /v1/responses tell each piece as a delta; the last one repeats the whole, under another name.
    for name in ("delta", "text_output"):
        if isinstance(document.get(name), str):
            return str(document[name])
    if "output" in document or "outputs" in document:
        return compact(document.get("output", document.get("outputs")))
    return ""


def _choice(choice: Any) -> str:
    if not isinstance(choice, dict):
        return ""
    message = choice.get("message") or choice.get("delta") or {}
    found = choice.get("text", message.get("content") if isinstance(message, dict) else None)
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    return (found if isinstance(found, str) else "") + (compact(calls) if calls else "")
