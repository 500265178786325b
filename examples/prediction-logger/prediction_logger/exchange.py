"""One request and its answer, as much of them as a record may need."""

from __future__ import annotations

from dataclasses import dataclass, field

# A prompt of 100,000 tokens is about half of this; an answer is smaller.
KEPT_REQUEST_BYTES = 2**20
KEPT_ANSWER_BYTES = 2**18


@dataclass
class Kept:
    """The first bytes of a stream, and whether there were more."""

    limit: int
    content: bytearray = field(default_factory=bytearray)
    cut: bool = False

    def add(self, chunk: bytes) -> None:
        room = self.limit - len(self.content)
        self.cut = self.cut or len(chunk) > room
        self.content += chunk[:room]


@dataclass
class Exchange:
    request_id: str
    caller: str | None
    # Whether there will be a record of it, and whether its answer says how sure the model is.
    recorded: bool = True
    measured: bool = False
    asked: Kept = field(default_factory=lambda: Kept(KEPT_REQUEST_BYTES))
    answered: Kept = field(default_factory=lambda: Kept(KEPT_ANSWER_BYTES))
    # Of the answer's bytes, those that are JSON where binary tensors stand behind it; None: all.
    json_bytes: int | None = None
    streamed: bool = False
    complete: bool = False
    latency_seconds: float = 0.0
    confidence: float | None = None

    @property
    def size(self) -> int:
        return len(self.asked.content) + len(self.answered.content)
