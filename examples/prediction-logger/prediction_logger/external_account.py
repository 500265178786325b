"""How a workload outside of Google Cloud is known there: a token of its own platform, exchanged for one of Google's."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .settings import SettingsError

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
# Who reads a token on its way may use it.
SCHEMES = ("https://",)
# They ask for more than one exchange, or for another one.
NOT_KNOWN = ("service_account_impersonation_url", "client_id", "client_secret", "workforce_pool_user_project")


@dataclass(frozen=True)
class ExternalAccount:
    """A credential file (google.aip.dev/auth/4117) that names the file of the subject token; it holds no secret."""

    audience: str
    subject_token_type: str
    token_url: str
    subject_token_file: Path

    @classmethod
    def from_file(cls, path: Path) -> ExternalAccount:
        given = _read(path)
        source = given.get("credential_source")
        source = source if isinstance(source, dict) else {}
        problems = [f"{name} is not known here" for name in NOT_KNOWN if given.get(name)]
        if source.get("format", {}) not in ({}, {"type": "text"}):
            problems.append("credential_source.format is not known here: the file has to hold the token alone")

        def text(fields: dict[str, Any], name: str, called: str) -> str:
            value = fields.get(name)
            if isinstance(value, str) and value:
                return value
            problems.append(f"{called} is not set")
            return ""

        account = cls(
            audience=text(given, "audience", "audience"),
            subject_token_type=text(given, "subject_token_type", "subject_token_type"),
            token_url=text(given, "token_url", "token_url"),
            subject_token_file=Path(text(source, "file", "credential_source.file")),
        )
        if account.token_url and not account.token_url.startswith(SCHEMES):
            problems.append("token_url does not begin with https://")
        if problems:
            raise SettingsError(f"{VARIABLE}: {path}: {'; '.join(problems)}")
        return account

    def token_request(self) -> urllib.request.Request:
        """Asks for an access token (RFC 8693). Its subject token is read each time: Kubernetes puts a new one there."""
        asked = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "audience": self.audience,
            "scope": "https://www.googleapis.com/auth/cloud-platform",
            "requested_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "subject_token": self.subject_token_file.read_bytes().strip(),
            "subject_token_type": self.subject_token_type,
        }
        # A form, as RFC 8693 and Google's own clients have it; urllib declares it as one.
        return urllib.request.Request(self.token_url, data=urllib.parse.urlencode(asked).encode())


def _read(path: Path) -> dict[str, Any]:
    try:
        given = json.loads(path.read_bytes())
    except OSError as error:
        raise SettingsError(f"{VARIABLE}: {path} cannot be read: {error.strerror}") from error
    except ValueError:
        # The file may be a key: nothing of it is repeated.
        raise SettingsError(f"{VARIABLE}: {path} is not JSON") from None
    if isinstance(given, dict) and given.get("type") == "service_account":
        raise SettingsError(
            f"{VARIABLE}: {path} is the key of a service account, which is good for whoever copies it until somebody"
            " revokes it; give an external_account file, or none where there is a metadata server"
        )
    if not isinstance(given, dict) or given.get("type") != "external_account":
        raise SettingsError(f"{VARIABLE}: {path} is not a file of type external_account, the only one that is taken")
    return given
