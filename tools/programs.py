"""Finds the programs of this machine that some tests need, and says how to get a missing one."""

from __future__ import annotations

import shutil
from pathlib import Path

HOW_TO_GET = {
    "PostgreSQL": "apt-get install postgresql",
    "Chromium": "apt-get install chromium",
    "LibreOffice": "apt-get install libreoffice-calc-nogui python3-uno",
    "nginx": "apt-get install nginx-light",
    "systemd-analyze": "apt-get install systemd",
    "Node": "apt-get install nodejs npm (20 or newer)",
}


def postgres_folder() -> Path | None:
    """The folder with initdb, pg_ctl and postgres: the one in PATH, else the newest that Debian installed."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    candidates += sorted(debian, key=lambda folder: _version(folder.parent.name), reverse=True)
    complete = (folder for folder in candidates if (folder / "initdb").exists() and (folder / "pg_ctl").exists())
    return next(complete, None)


def chromium() -> Path | None:
    """The system's Chromium or Chrome."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((Path(program) for program in found if program), None)


def libreoffice() -> Path | None:
    """LibreOffice, if the system's Python can steer it."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return Path(found) if found and python_of_libreoffice() else None


def python_of_libreoffice() -> Path | None:
    """The system's Python, if it has python3-uno; a virtual environment never has it."""
    python = Path("/usr/bin/python3")
    return python if python.exists() and Path("/usr/lib/python3/dist-packages/uno.py").exists() else None


def nginx() -> Path | None:
    """Debian's nginx, which stands outside an ordinary user's PATH."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def systemd_analyze() -> Path | None:
    """The program that reads systemd's units."""
    found = shutil.which("systemd-analyze")
    return Path(found) if found else None


def node() -> Path | None:
    """Node, where npm stands beside it; tests run a real identity provider with it."""
    found, npm = shutil.which("node"), shutil.which("npm")
    return Path(found) if found and npm else None


def missing() -> list[str]:
    """The names in HOW_TO_GET that this machine lacks."""
    found = {
        "PostgreSQL": postgres_folder(),
        "Chromium": chromium(),
        "LibreOffice": libreoffice(),
        "nginx": nginx(),
        "systemd-analyze": systemd_analyze(),
        "Node": node(),
    }
    return [name for name, program in found.items() if program is None]


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split(".") if part.isdigit())
