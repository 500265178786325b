"""Google's token service on loopback, and the files that send a workload there."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

AUDIENCE = "identitynamespace:acme.svc.id.goog:https://gkehub.googleapis.com/projects/acme/locations/global/memberships/plant-1"


class StsStandIn:
    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.media: list[str | None] = []
        self.token_seconds = 3600
        # What it answers to the calls to come, in order; 200 after them.
        self.answers: list[int] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode(), strict_parsing=True)
                stand_in.asked.append({name: value for name, (value,) in fields.items()})
                stand_in.media.append(self.headers["Content-Type"])
                status = stand_in.answers.pop(0) if stand_in.answers else 200
                answer = {
                    "access_token": f"exchanged-{len(stand_in.asked)}",
                    "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                    "token_type": "Bearer",
                    "expires_in": stand_in.token_seconds,
                }
                content = json.dumps(answer if status == 200 else {"error": "invalid_grant"}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1/token"

    def files(self, folder: Path, subject_token: str = "pod-token-1") -> Path:
        """A credential file as the platform mounts it, with its subject token beside it."""
        (folder / "token").write_text(subject_token)
        path = folder / "credentials.json"
        path.write_text(json.dumps(credentials(folder, self.url)))
        return path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def credentials(folder: Path, token_url: str = "https://sts.googleapis.com/v1/token") -> dict[str, object]:
    """What `lib/serving/surfaces/edge-identity.ts` writes."""
    return {
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": token_url,
        "credential_source": {"file": str(folder / "token")},
    }
