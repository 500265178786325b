"""`python -m model_server`: the server, told by its environment what to do."""

from __future__ import annotations

import logging
import os
import sys

from .app import ModelServer
from .drain import run
from .logs import configure_logs, log
from .model import load_model
from .settings import Settings, SettingsError


def main() -> int:
    configure_logs("info")
    try:
        settings = Settings.from_environment(os.environ)
        configure_logs(settings.log_level)
        server = ModelServer(settings, load_model)
    except SettingsError as error:
        log(logging.CRITICAL, "the environment does not make sense", reason=str(error))
        return 2
    return run(server)


if __name__ == "__main__":
    sys.exit(main())
