"""Shares seats out, checks what was shared out, and says why."""

# What the seat engine needs is imported where it is used: the solver is no business of the other commands.
from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cordiale.engines.seats.instances import Instance, Ints
    from cordiale.engines.seats.policies import Policy

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)
MOST_FAULTS = 50
"""Faults of a result that are shown."""


@click.group()
def seats() -> None:
    """Share out the seats of a menu of activities: by reserves, fairness and points, with proof and reasons.

    The formats of the files: docs/reference/seats.md.
    """


@seats.command()
@click.argument("instance_file", metavar="INSTANCE.json", type=FILE)
@click.option("--tier", type=click.Choice(["preview", "official"]), default="official", show_default=True)
@click.option("--policy", "policy_file", type=FILE, help="What the host has decided; without it, what is usual.")
@click.option("--out", type=OUT, required=True, help="Where the result goes.")
@click.option("--deadline", type=click.FloatRange(min=0), help="Seconds after which the best so far is the result.")
@click.option(
    "--seed", type=click.IntRange(0, 1_000), default=0, help="Of the solver; changes nothing of who gets what."
)
def solve(
    instance_file: Path, tier: str, policy_file: Path | None, out: Path, deadline: float | None, seed: int
) -> None:
    """Share out the seats that INSTANCE.json asks for.

    A run that was killed goes on where its last finished stage ended, when it is started again with the same files;
    what it needs for that is beside the result, and removed at the end.
    """
    from cordiale.engines.seats.presolve import settled
    from cordiale.engines.seats.preview import preview
    from cordiale.engines.seats.results import previewed

    with _refusals():
        instance, policy = _instance(instance_file), _policy(policy_file)
        if tier == "preview":
            known = settled(instance, policy)
            _write(out, previewed(known, preview(known)))
        else:
            _write(out, _official(instance, policy, out, deadline, seed))
            _checkpoint(out).unlink(missing_ok=True)
    click.echo(_told(_read(out)))


@seats.command()
@click.argument("instance_file", metavar="INSTANCE.json", type=FILE)
@click.argument("result_file", metavar="RESULT.json", type=FILE)
def check(instance_file: Path, result_file: Path) -> None:
    """Check a result, whoever made it, in whole numbers and without a solver: 0 when nothing is wrong."""
    from cordiale.engines.seats.checking import check as checked

    with _refusals():
        result = _result(result_file)
        found = checked(_asked(instance_file, result), result)
    for fault in found.faults[:MOST_FAULTS]:
        click.echo(f"{fault.code}, {fault.where}: {fault.words}" if fault.where else f"{fault.code}: {fault.words}")
    if not found.is_right:
        more = len(found.faults) - MOST_FAULTS
        raise click.ClickException("The result is wrong." + (f" There are {more:,} more faults." if more > 0 else ""))
    click.echo("Nothing is wrong with it.")


@seats.command()
@click.argument("instance_file", metavar="INSTANCE.json", type=FILE)
@click.argument("result_file", metavar="RESULT.json", type=FILE)
@click.argument("line", required=False)
@click.option("--price", "priced", is_flag=True, help="Say too what a seat more for LINE would cost, and whom.")
def explain(instance_file: Path, result_file: Path, line: str | None, priced: bool) -> None:
    """Say why a LINE got less than it asked for, or every line that did."""
    if priced and line is None:
        raise click.UsageError("--price is of one LINE.")
    with _refusals():
        result = _result(result_file)
        instance = _sound(instance_file, result)
    if line is not None and line not in instance.line_at:
        raise click.ClickException(f"{instance_file} has no line {line}.")
    found = [one for one in result["refusals"] if line in (None, one["line"])]
    if not found:
        click.echo("Every line got all it asked for." if line is None else f"{line} got all it asked for.")
    for one in found:
        click.echo(f"{one['line']}: {one['got']} of {one['asked']}")
        for reason in one["reasons"]:
            click.echo(f"  {reason['words']}")
    if priced and found:
        _tell_price(instance, result, str(line))


@seats.command()
@click.argument("instance_file", metavar="INSTANCE.json", type=FILE)
@click.argument("result_file", metavar="RESULT.json", type=FILE)
@click.option("--out", type=OUT, help="Where all of it goes, as JSON.")
def prices(instance_file: Path, result_file: Path, out: Path | None) -> None:
    """Say what the reserves and fairness cost, what each party gave up by sharing, and who envies whom."""
    from cordiale.engines.seats.presolve import settled
    from cordiale.engines.seats.prices import account
    from cordiale.engines.seats.results import accounted

    with _refusals():
        result = _result(result_file)
        instance = _sound(instance_file, result)
        _refuse_price_of_what_is_not_best(result)
        known = settled(instance, _policy_said(result["policy"]))
        thresholds, tell = _thresholds(instance, result), _teller()
        found = account(known, _seats(instance, result), thresholds, tell=lambda words: tell("prices", words))
    told = accounted(found, known, result)
    if out is not None:
        _write(out, told)
    click.echo(_priced(told))


@seats.command()
@click.argument("instance_file", metavar="INSTANCE.json", type=FILE)
@click.argument("result_file", metavar="RESULT.json", type=FILE)
@click.option("--withdraw", "withdrawn", metavar="LINE", multiple=True, help="A line that is withdrawn; repeatable.")
@click.option("--cancel", "cancelled", metavar="ACTIVITY", multiple=True, help="An activity that is cancelled.")
@click.option("--add-seats", "added", metavar="ACTIVITY=SEATS", multiple=True, help="Seats that an activity has more.")
@click.option("--out", type=OUT, required=True, help="Where the result goes.")
def replan(
    instance_file: Path,
    result_file: Path,
    withdrawn: tuple[str, ...],
    cancelled: tuple[str, ...],
    added: tuple[str, ...],
    out: Path,
) -> None:
    """Plan again after changes: everybody keeps what they have, and what became free is shared out."""
    from cordiale.engines.seats.replanning import Changes, replanned
    from cordiale.engines.seats.results import replanned_result

    with _refusals():
        result = _result(result_file)
        instance = _sound(instance_file, result)
        changes = Changes(withdrawn, cancelled, dict(_more(one) for one in added))
        found = replanned(instance, _policy_said(result["policy"]), _seats(instance, result), changes)
        _write(out, replanned_result(found, changes, result))
    lost, gained = sum(found.lost.values()), sum(found.gained.values())
    click.echo(f"{lost} seats became free or were given up, {gained} were taken; see {out}.")


@seats.command()
@click.argument("instance_file", metavar="INSTANCE.json", type=FILE)
@click.argument("result_file", metavar="RESULT.json", type=FILE)
@click.option("--format", "form", type=click.Choice(["table", "html"]), default="table", show_default=True)
@click.option("--out", type=OUT, help="Where it goes; without it, what is printed.")
def report(instance_file: Path, result_file: Path, form: str, out: Path | None) -> None:
    """Tell a result to people: as a table, or as a page that can be published as it is."""
    from cordiale.engines.seats import reporting
    from cordiale.engines.seats.report_table import table
    from cordiale.ui.seats_page import seats_page

    with _refusals():
        result = _result(result_file)
        told = reporting.report(_sound(instance_file, result), result)
    text = table(told) if form == "table" else seats_page(told)
    if out is None:
        click.echo(text, nl=False)
    else:
        _put(out, text)


@seats.command()
@click.argument("result_file", metavar="RESULT.json", type=FILE)
def replay(result_file: Path) -> None:
    """Share out anew what RESULT.json was made of, and compare: 0 when the allocation is the same."""
    from cordiale.engines.seats.matrix import model_of
    from cordiale.engines.seats.official import Official
    from cordiale.engines.seats.presolve import settled
    from cordiale.engines.seats.preview import preview
    from cordiale.engines.seats.results import decided, previewed

    with _refusals():
        result = _result(result_file)
        instance = _sound(result_file, result)
        if result["tier"] == "official" and not result["complete"]:
            raise click.ClickException("The run was stopped before its end; only whole runs can be replayed.")
        if result["tier"] == "replan":
            raise click.ClickException("A plan after changes is replayed with `replan`, from the result before it.")
        known = settled(instance, _policy_said(result["policy"]))
        again = (
            previewed(known, preview(known))
            if result["tier"] == "preview"
            else decided(
                Official(model_of(known), seed=result["made_by"]["seed"]).run(), seed=result["made_by"]["seed"]
            )
        )
    differing = [key for key in again if key not in ("made_by", "asked") and again[key] != result.get(key)]
    if differing:
        raise click.ClickException(f"The run came to another end: {', '.join(differing)} differ.")
    click.echo("The run came to the same end.")


@seats.command()
@click.option("--activities", type=click.IntRange(1, 1_000_000), required=True)
@click.option("--parties", type=click.IntRange(1, 10_000), required=True)
@click.option("--lines", type=click.IntRange(1, 2_000_000), required=True)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=OUT, required=True)
def generate(activities: int, parties: int, lines: int, seed: int, out: Path) -> None:
    """Make an invented instance; the same numbers always give the same one."""
    from cordiale.engines.seats.files import written
    from cordiale.engines.seats.generating import generated

    try:
        made = generated(activities=activities, parties=parties, lines=lines, seed=seed)
    except ValueError as refusal:
        raise click.ClickException(f"{refusal}.") from None
    _write(out, written(made))


FORMATS = ["cordiale-seats/1", "cordiale-seats-policy/1", "cordiale-seats-result/1", "cordiale-seats-prices/1"]


@seats.command()
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
def schema(form: str) -> None:
    """Print the JSON Schema of a FORMAT: cordiale-seats/1, and -policy/1, -result/1, -prices/1."""
    from cordiale.engines.seats import files, outgoing

    found = {**files.schemas(), **outgoing.schemas()}
    click.echo(json.dumps(found[form], ensure_ascii=False, indent=2))


def _tell_price(instance: Instance, result: Mapping[str, Any], line: str) -> None:
    """Say what a seat more for a line would cost."""
    from cordiale.engines.seats.presolve import settled
    from cordiale.engines.seats.prices import NotForSale, price, words_of

    _refuse_price_of_what_is_not_best(result)
    with _refusals():
        known = settled(instance, _policy_said(result["policy"]))
        try:
            found = price(known, _seats(instance, result), instance.line_at[line])
        except NotForSale as refusal:
            click.echo(f"  {refusal}")
            return
    unit = found.moved[found.line]
    click.echo(f"With {unit:,} seat{'' if unit == 1 else 's'} more for it, all else as good as can be:")
    for words in words_of(found, known) or ["It would cost nobody anything: the lot decided."]:
        click.echo(f"  {words}")


def _refuse_price_of_what_is_not_best(result: Mapping[str, Any]) -> None:
    if result["tier"] != "official" or not result["complete"]:
        raise click.ClickException("A price is the difference to the best allocation: only of a whole official run.")


def _thresholds(instance: Instance, result: Mapping[str, Any]) -> tuple[int, ...] | None:
    """What fairness grants every party at least; None where that was not decided."""
    said = next((one["thresholds"] for one in result["stages"] if "thresholds" in one), None)
    return None if said is None else tuple(int(said.get(one.id, 0)) for one in instance.parties)


def _priced(told: Mapping[str, Any]) -> str:
    """What the rules cost, in a few lines and a table."""
    total = told["total"]
    lines = [f"The total is {total:,}."]
    for stage, best in told["without"].items():
        part = 100 * abs(best - total) / best if best else 0.0
        more = "more" if best >= total else "less"
        lines.append(f"Without {stage} it would be {best:,}: {abs(best - total):,} {more}, {part:.2f} % of it.")
    width = max([5, *(len(one["party"]) for one in told["parties"])])
    lines.append(f"{'party':{width}}  seats of priority 1  alone  asked  lines that envy")
    lines += [
        f"{one['party']:{width}}  {one['first_seats']:19,}  {one['alone']:5,}  {one['first_asked']:5,}"
        f"  {len(one['envies']):15,}"
        for one in told["parties"]
    ]
    return "\n".join(lines)


def _official(instance: Instance, policy: Policy, out: Path, deadline: float | None, seed: int) -> dict[str, Any]:
    from cordiale.engines.seats.keeping import kept, taken_up
    from cordiale.engines.seats.matrix import model_of
    from cordiale.engines.seats.official import Official, Progress
    from cordiale.engines.seats.presolve import settled
    from cordiale.engines.seats.results import decided

    known, checkpoint = settled(instance, policy), _checkpoint(out)
    progress = taken_up(known, seed, _left(checkpoint))
    if progress is not None:
        click.echo(f"Goes on after {progress.certificates[-1].stage.value}.", err=True)

    def keep(so_far: Progress) -> None:
        one = so_far.certificates[-1]
        _write(checkpoint, kept(known, seed, so_far))
        click.echo(f"{one.stage.value}: {one.value:,}, {'proven' if one.proven else 'not proven'}", err=True)

    return decided(
        Official(model_of(known), seed=seed, stop=_until(deadline), tell=_teller(), keep=keep).run(progress), seed=seed
    )


def _left(checkpoint: Path) -> Any:
    """What an earlier run left; None where that is nothing, or cannot be read."""
    try:
        return json.loads(checkpoint.read_bytes())
    except (OSError, ValueError):
        return None


def _until(deadline: float | None) -> Callable[[], bool] | None:
    if deadline is None:
        return None
    end = time.monotonic() + deadline
    return lambda: time.monotonic() >= end


def _teller() -> Callable[[str, str], None]:
    """Tells how far a run is, once in two seconds at most, where somebody looks."""
    last = [time.monotonic()]

    def tell(stage: str, words: str) -> None:
        if time.monotonic() - last[0] >= 2:
            last[0] = time.monotonic()
            click.echo(f"{stage}: {words}", err=True)

    return tell


def _checkpoint(out: Path) -> Path:
    return out.with_name(f"{out.name}.checkpoint")


@contextmanager
def _refusals() -> Iterator[None]:
    from cordiale.engines.seats.files import BadSeatsFile
    from cordiale.engines.seats.highs import SolverFailed
    from cordiale.engines.seats.instances import Contradiction
    from cordiale.engines.seats.reporting import NotItsResult

    try:
        yield
    except (BadSeatsFile, Contradiction, NotItsResult, SolverFailed) as refusal:
        raise click.ClickException(str(refusal)) from None


def _instance(file: Path) -> Instance:
    """The instance of a file; of a result, the one that it holds."""
    from cordiale.engines.seats.files import BadSeatsFile, instance_of
    from cordiale.engines.seats.results import FORMAT

    content = file.read_bytes()
    try:
        if FORMAT.encode() in content[:100]:
            content = json.dumps(_result(file).get("asked")).encode()
        return instance_of(content)
    except BadSeatsFile as refusal:
        raise click.ClickException(f"{file}:\n{refusal}") from None


def _policy(file: Path | None) -> Policy:
    from cordiale.engines.seats.files import BadSeatsFile, policy_of
    from cordiale.engines.seats.policies import Policy

    if file is None:
        return Policy()
    try:
        return policy_of(file.read_bytes())
    except BadSeatsFile as refusal:
        raise click.ClickException(f"{file}:\n{refusal}") from None


def _policy_said(said: Mapping[str, Any]) -> Policy:
    """The policy that a result names."""
    from cordiale.engines.seats.files import policy_of

    return policy_of(json.dumps({"format": "cordiale-seats-policy/1", **said}).encode())


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except ValueError as error:
        raise click.ClickException(f"{file} is no JSON ({error}).") from None


def _result(file: Path) -> dict[str, Any]:
    from cordiale.engines.seats.results import FORMAT

    found = _read(file)
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise click.ClickException(f"{file} is no result: its format is not {FORMAT}.")
    return found


def _asked(file: Path, result: Mapping[str, Any]) -> Instance:
    """The instance that a result is of: the one of the file, after the changes that a plan after changes names.

    Args:
        file: an instance, or a result, which holds the one it is of.
    """
    from cordiale.engines.seats.replanning import Changes, changed

    instance = _instance(file)
    said = result.get("replanned")
    if isinstance(said, dict) and result.get("instance") != instance.digest:
        kinds = (("withdrawn", list), ("cancelled", list), ("added", dict))
        if not all(isinstance(said.get(key), kind) for key, kind in kinds):
            raise click.ClickException("The result does not say what had changed.")
        with suppress(
            AttributeError, TypeError
        ):  # what is not hashable or no number names nothing; the hash will differ
            instance = changed(instance, Changes(said["withdrawn"], said["cancelled"], said["added"]))
    if result.get("instance") != instance.digest:
        raise click.ClickException("The result is of another instance: its hash differs.")
    return instance


def _sound(file: Path, result: Mapping[str, Any]) -> Instance:
    """The instance of a result that the checker finds right: nothing is told of, or planned on, a wrong one."""
    from cordiale.engines.seats.checking import check as checked

    instance = _asked(file, result)
    faults = checked(instance, result).faults
    if faults:
        raise click.ClickException(
            f"The result is wrong in {len(faults):,} places, first: {faults[0].where}: {faults[0].words}. "
            "`cordiale seats check` names them."
        )
    return instance


def _seats(instance: Instance, result: Mapping[str, Any]) -> Ints:
    import numpy as np

    given = np.zeros(len(instance.lines), np.int64)
    for line, count in result["seats"].items():
        given[instance.line_at[line]] = count
    return given


def _more(said: str) -> tuple[str, int]:
    activity, _, count = said.rpartition("=")
    if not activity or not count.isascii() or not count.isdigit() or not int(count):
        raise click.BadParameter(f"{said} is not ACTIVITY=SEATS, such as a001=4", param_hint="--add-seats")
    return activity, int(count)


def _write(file: Path, told: Mapping[str, Any]) -> None:
    _put(file, json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n")


def _put(file: Path, text: str) -> None:
    """Write a file whole or not at all."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)


def _told(result: Mapping[str, Any]) -> str:
    """A result in a few lines."""
    given = sum(result["seats"].values())
    asked = sum(one["asked"] for one in result["parties"])
    lines = [f"{given:,} of {asked:,} seats; {len(result['cancelled']):,} activities do not run."]
    for one in result["stages"]:
        how = "proven" if one["proven"] else f"nothing better than {one['bound']:,} is possible"
        lines.append(f"{one['stage']}: {one['value']:,} ({how})")
    if not result["complete"]:
        lines.append("A preview: nothing is proven." if result["tier"] == "preview" else "Stopped before the end.")
    return "\n".join(lines)
