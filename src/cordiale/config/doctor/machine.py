"""Whether the machine has room, keeps its secrets, and holds the files that pages and drawings need."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection

from cordiale.config.doctor.findings import Finding, Visit, warning, well, wrong

LOW, EMPTY = 2 * 2**30, 256 * 2**20
"""Bytes free on the disk below which it is a matter for today, and below which writes may fail at any moment."""


def room(visit: Visit) -> Finding:
    """How much room is left where the installation's files are; the disk of a database server is not seen from here."""
    places = {settings.HOME.path}
    if connection.vendor == "sqlite":
        places.add(Path(settings.DATABASES["default"]["NAME"]).parent)
    free, place = min((shutil.disk_usage(place).free, place) for place in places if place.is_dir())
    said = f"{free / 2**30:.1f} GiB free in {place}"
    if free < EMPTY:
        return wrong(said, "make room now: backups and logs first")
    if free < LOW:
        return warning(said, "make room, or enlarge the disk")
    return well(said)


def secrets(visit: Visit) -> Finding:
    """Whether the folder of the installation, its key and its database are its owner's alone."""
    home = settings.HOME.path
    for path in (home / "secret_key", home / "cordiale.sqlite3", home):
        mode = path.stat().st_mode & 0o777 if path.exists() else 0
        if mode & 0o077:
            wanted = "700" if path.is_dir() else "600"
            return wrong(f"others can reach {path} (mode {mode:o})", f"chmod {wanted} {path}")
    return well(f"{home} and its secrets are their owner's alone")


def writable(visit: Visit) -> Finding:
    """Whether whoever asks, which should be the service's user, may write to the folder."""
    home = settings.HOME.path
    owner = home.stat().st_uid
    if not os.access(home, os.W_OK | os.X_OK):
        return wrong(f"this user may not write to {home}", "run the doctor, and the service, as the folder's owner")
    if owner != os.geteuid():
        return warning(
            f"{home} belongs to user {owner}, and this is {os.geteuid()}", "run the doctor as the service's user"
        )
    return well(f"{home} can be written to")


def static_files(visit: Visit) -> Finding:
    """Whether the static files are collected, whole."""
    manifest = settings.STATIC_ROOT / "staticfiles.json"
    if not manifest.is_file():
        return warning("static files are not collected", "start `cordiale serve` once: it does that")
    paths = json.loads(manifest.read_text("utf-8"))["paths"]
    missing = [hashed for hashed in paths.values() if not (settings.STATIC_ROOT / hashed).is_file()]
    if missing:
        return wrong(f"{len(missing)} static files are missing, such as {missing[0]}", "start `cordiale serve` again")
    return well(f"{len(paths)} static files are collected")


def drawing(visit: Visit) -> Finding:
    """Whether drawings and documents can be made: typst is there, with our own fonts."""
    try:
        import typst  # a large library, loaded only where it is needed
    except ImportError as error:
        return wrong(f"typst cannot be loaded ({error})", "install the packages of the lock again: make setup")
    folder = settings.VENDOR / "print-fonts"
    fonts = sorted(folder.rglob("*.ttf"))
    if not fonts:
        return wrong(f"there are no fonts in {folder}", "check the clone out again: git status")
    fonts_of_ours = typst.Fonts(include_system_fonts=False, font_paths=[folder])
    typst.compile(b"#set page(width: 1cm, height: 1cm)\nx", format="pdf", font_paths=fonts_of_ours)
    return well(f"typst draws, with {len(fonts)} fonts of ours")
