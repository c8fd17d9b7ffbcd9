"""Freezes a filled installation of this release, for the tests of later ones: run it when a release is tagged.

    python -m tools.freeze_release 0.1.0

Writes tests/releases/0.1.0/: a backup of SQLite and one of PostgreSQL, made by this release's own `cordiale backup`,
the questions that were asked, and what they were answered. The register is packs/asean, with an end, a retraction and
an erasure on top. Needs PostgreSQL installed; uses a server of its own.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tools.installation import environment_of

ROOT = Path(__file__).resolve().parent.parent
RELEASES = ROOT / "tests/releases"
CORDIALE = Path(sys.executable).with_name("cordiale")
DAYS = ("1999-05-01", "2012-07-01", "2026-06-01")
PAIRS = 60
"""How many pairs of party and framework are asked about."""
LARGEST = 300_000
"""Bytes that a file of a frozen release may take."""


def main(arguments: list[str]) -> int:
    """Freeze; 0 when all files are written, 1 when one is too large to keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("release", help="its number, as in the tag, such as 0.1.0")
    release: str = parser.parse_args(arguments).release
    if release == "fill":
        fill()
        return 0
    folder = RELEASES / release
    folder.mkdir(parents=True)
    from tests.databases import PostgresServer

    server = PostgresServer()
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="cordiale-freeze-") as place:
            for kind in ("sqlite", "postgresql"):
                _freeze(folder, Path(place) / kind, kind, server.url if kind == "postgresql" else "")
    finally:
        server.stop()
    large = [file.name for file in folder.iterdir() if file.stat().st_size > LARGEST]
    for name in large:
        print(f"{name} is larger than {LARGEST:,} bytes: ask fewer questions, or take a smaller pack", file=sys.stderr)
    return 1 if large else 0


def fill() -> None:
    """Load the pack, and do each thing once that the ledger knows; in the installation of this process."""
    import django

    django.setup()
    from cordiale.apps.ledger.writes import erase_content
    from cordiale.apps.register.models import Assertion
    from cordiale.apps.register.writes import participation
    from cordiale.apps.register.writes.packs import load_pack, plan_load
    from cordiale.domain.period import parse_when
    from cordiale.domain.viewer import Viewer
    from cordiale.engines.packs.reading import read_pack

    by, at = Viewer.system("freezing a release"), datetime(2026, 1, 1, tzinfo=UTC)
    load_pack(plan=plan_load(by, pack=read_pack(ROOT / "packs/asean")), reason="A release.", by=by, at=at)
    running = [row.pk for row in Assertion.objects.filter(known_to=None).order_by("pk") if not row.valid_to.text]
    source = Assertion.objects.get(pk=running[0]).source.code
    participation.end(assertion=running[0], on=parse_when("2026-01"), source=source, reason="An end.", by=by, at=at)
    participation.retract(assertion=running[1], reason="A retraction.", by=by, at=at)
    erase_content(number=3, reason="An erasure.", by=by, at=at)


def _freeze(folder: Path, home: Path, kind: str, url: str) -> None:
    environment = environment_of(home, **({"DATABASE_URL": url} if url else {}))
    home.mkdir(mode=0o700)
    if kind == "postgresql":
        subprocess.run(["createdb", "--maintenance-db", url.rpartition("/")[0] + "/postgres", "cordiale"], check=True)
    _run(environment, CORDIALE, "migrate")
    _run(environment, sys.executable, "-m", "tools.freeze_release", "fill")
    if kind == "sqlite":
        _ask(folder, environment)
    backup = home / "backup"
    _run(environment, CORDIALE, "backup", backup)
    (folder / f"{kind}.backup.gz").write_bytes(gzip.compress(backup.read_bytes(), mtime=0))
    (folder / f"{kind}.head").write_text(_run(environment, CORDIALE, "ledger", "head"), encoding="utf-8")


def _ask(folder: Path, environment: dict[str, str]) -> None:
    """Write the questions, and what they are answered under the first knowledge and the last."""
    with (ROOT / "packs/asean/participation.csv").open(encoding="utf-8-sig", newline="") as table:
        pairs = list(dict.fromkeys((row["party"], row["framework"]) for row in csv.DictReader(table)))
    step = max(1, len(pairs) // PAIRS)
    lines = [f"{party},{framework},{on}\n" for party, framework in pairs[::step] for on in DAYS]
    questions = folder / "questions.csv"
    questions.write_text("party,framework,on\n" + "".join(lines), encoding="utf-8")
    for known in ("1", "4"):
        asked = ("standing", "--from", questions, "--known", known, "--format", "csv")
        (folder / f"answers-{known}.csv").write_text(_run(environment, CORDIALE, *asked), encoding="utf-8")


def _run(environment: dict[str, str], *command: str | Path) -> str:
    """What a command prints; one that fails ends the freezing."""
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cordiale.config.settings")
    sys.exit(main(sys.argv[1:]))
