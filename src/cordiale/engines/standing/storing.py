"""Keeps a compiled register in a file, so that a process starts in a fraction of a build.

The file is a cache and never believed: its hash is checked, and whoever loads it must know the register's state hash.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from array import array
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from cordiale.engines.standing.columns import Codes, Columns, view
from cordiale.engines.standing.compiling import Compiled
from cordiale.engines.standing.facts import Facts
from cordiale.engines.standing.snapshot import Snapshot

MAGIC = b"cordiale standing 2\n"
_RUNS = ("parties", "starts", "times", "states", "rows_from", "rows_to")


class DoubtfulFile(ValueError):
    """A snapshot file that is damaged, of another version, or of another register: build anew."""


def save(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot that has learnt nothing since it was compiled; the file appears whole or not at all.

    Raises:
        ValueError: it has learnt something; compile it first.
    """
    if snapshot.journal:
        raise ValueError("a snapshot is saved as it was compiled")
    columns = snapshot.columns
    meta = {
        "number": snapshot.number,
        "state": snapshot.state,
        "zone": str(snapshot.zone),
        **{name: getattr(columns, name).ids for name in ("parties", "frameworks", "sources", "statuses")},
    }
    body = io.BytesIO()
    arrays: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.int64]]] = {
        f"column_{name}": view(column) for name, column in columns.arrays.items()
    }
    for name in _RUNS:
        runs = [view(getattr(compiled, name)) for compiled in snapshot.compiled]
        arrays[f"run_{name}"] = np.concatenate(runs) if runs else np.zeros(0, np.int64)
        arrays[f"cut_{name}"] = np.cumsum([len(run) for run in runs], dtype=np.int64)
    np.savez(body, allow_pickle=False, **arrays)
    content = json.dumps(meta).encode() + b"\n" + body.getvalue()
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink(missing_ok=True)  # by a process that was killed; one that still writes builds anew next time
    draft.write_bytes(MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n" + content)
    draft.replace(path)


def load(path: Path, facts: Facts) -> Snapshot:
    """Read a snapshot.

    Args:
        path: where it was saved.
        facts: lives, weights, parties and rules as they are now; the assertions are not looked at.

    Raises:
        DoubtfulFile: it is not there, damaged, or of another state than `facts.state`.
    """
    try:
        raw = path.read_bytes()
        head, content = raw[: len(MAGIC) + 65], raw[len(MAGIC) + 65 :]
        if head != MAGIC + hashlib.sha256(content).hexdigest().encode() + b"\n":
            raise DoubtfulFile(f"{path} is damaged or of another version")
        line, _, body = content.partition(b"\n")
        meta = json.loads(line)
        stored = np.load(io.BytesIO(body), allow_pickle=False)
        arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError, KeyError) as error:
        raise DoubtfulFile(str(error)) from error
    if meta["state"] != facts.state or meta["zone"] != str(facts.zone) or not facts.state:
        raise DoubtfulFile(f"{path} is of another state of the register")
    return _snapshot(meta, arrays, facts)


def _snapshot(meta: Mapping[str, list[str]], arrays: Mapping[str, np.ndarray], facts: Facts) -> Snapshot:
    columns = Columns(Codes(meta["parties"]), Codes(meta["frameworks"]))
    columns.sources, columns.statuses = Codes(meta["sources"]), Codes(meta["statuses"])
    for name, column in columns.arrays.items():
        setattr(columns, name, array(column.typecode, arrays[f"column_{name}"].tobytes()))
    for party in facts.parties:
        columns.parties.add(party)
    for framework in facts.lives:
        columns.frameworks.add(framework)
    made = Snapshot(
        number=facts.number,
        state=facts.state,
        zone=facts.zone,
        columns=columns,
        compiled=[],
        lives={framework: list(versions) for framework, versions in facts.lives.items()},
        weights={source: list(versions) for source, versions in facts.weights.items()},
        rules=list(facts.rules),
        extra={},
        journal=[],
    )
    for place, framework in enumerate(columns.frameworks.ids):
        compiled = Compiled(life=made.life_now(framework))
        for name in _RUNS:
            cuts = arrays[f"cut_{name}"]
            if place < len(cuts):
                first, last = int(cuts[place - 1]) if place else 0, int(cuts[place])
                code = getattr(compiled, name).typecode
                setattr(compiled, name, array(code, arrays[f"run_{name}"][first:last].tobytes()))
        made.compiled.append(compiled)
    return made
