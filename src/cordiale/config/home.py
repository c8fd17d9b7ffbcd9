"""The folder an installation keeps its own files in: secret key, embedded database, collected static files."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """Where this installation lives on disk; made on first use, readable by its owner only."""

    path: Path

    @property
    def database(self) -> Path:
        """The embedded SQLite database."""
        return self.path / "cordiale.sqlite3"

    @property
    def static(self) -> Path:
        """Static files with their hashes, collected for the web server."""
        return self.path / "static"

    def secret_key(self) -> str:
        """The key that signs tokens, made once with mode 600; two processes starting at once agree on one."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.path / "secret_key"
        draft = self.path / f".secret_key.{os.getpid()}"
        if not file.exists():
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="ascii") as handle:
                handle.write(secrets.token_urlsafe(64))
            try:
                os.link(draft, file)
            except FileExistsError:
                pass
            finally:
                draft.unlink(missing_ok=True)
        return file.read_text(encoding="ascii").strip()
