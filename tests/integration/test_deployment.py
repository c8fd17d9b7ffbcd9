"""The files that docs/howto/files ships do what the how-tos say: nginx and systemd read them, commands exist."""

from __future__ import annotations

import re
import shlex
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import click
import pytest

from cordiale.config.commands import main
from tests.databases import CORDIALE, ROOT
from tests.nginx import Nginx
from tools.check_docs import SETTING
from tools.programs import HOW_TO_GET, nginx, systemd_analyze

pytestmark = pytest.mark.sqlite  # no database matters here: once is enough

FILES = ROOT / "docs/howto/files"
UNITS = sorted(path.name for path in FILES.iterdir() if path.suffix in (".service", ".timer"))
PROGRAM = "/opt/cordiale/.venv/bin/cordiale"


def unit(name: str) -> RawConfigParser:
    """A unit; a key that stands there twice fails, which is stricter than systemd."""
    parser = RawConfigParser(comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as the library's documentation says
    parser.read(FILES / name, encoding="utf-8")
    return parser


def commands_in(text: str) -> list[list[str]]:
    """The words of each call of our program in a line."""
    return [shlex.split(call) for call in re.findall(rf"{PROGRAM} ([^'\n]*)", text)]


def understands(words: list[str]) -> bool:
    """Whether the command line knows a command with these options and arguments; nothing is run."""
    context = click.Context(main)
    command: click.Command | None = main
    while isinstance(command, click.Group):
        command = command.get_command(context, words.pop(0))
    assert command is not None
    command.make_context(command.name or "", words)
    return True


@pytest.mark.skipif(nginx() is None, reason=f"nginx is not installed: {HOW_TO_GET['nginx']}")
def test_nginx_reads_its_configuration(tmp_path):
    configured = Nginx(tmp_path / "nginx", ports=[8000, 8001])

    done = subprocess.run(configured.command("-t"), capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, "warn" in done.stderr) == (0, False), done.stderr


@pytest.mark.skipif(systemd_analyze() is None, reason=f"no systemd-analyze: {HOW_TO_GET['systemd-analyze']}")
def test_systemd_reads_the_units(tmp_path):
    environment = tmp_path / "environment"
    environment.touch()
    for name in UNITS:
        text = (FILES / name).read_text("utf-8")
        text = text.replace(PROGRAM, str(CORDIALE)).replace(
            "WorkingDirectory=/opt/cordiale", f"WorkingDirectory={ROOT}"
        )
        text = re.sub(r"^Documentation=.*\n", "", text, flags=re.MULTILINE)
        text = text.replace("=cordiale\n", "=root\n").replace("/etc/cordiale/environment", str(environment))
        (tmp_path / name).write_text(text, encoding="utf-8")

    command = ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", *(tmp_path / name for name in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    complaints = [line for line in done.stderr.splitlines() if "cordiale" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_a_unit_calls_commands_that_exist(name):
    called = commands_in(unit(name)["Service"]["ExecStart"])

    assert called
    assert all(understands(words) for words in called)


@pytest.mark.parametrize("words", [["fly"], ["serve", "--no-such-option"], ["backup"]])
def test_a_command_that_does_not_exist_would_be_found(words):
    with pytest.raises((AssertionError, click.UsageError)):
        understands(words)


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".timer")])
def test_a_timer_has_its_service(name):
    assert f"{Path(name).stem}.service" in UNITS


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_a_service_runs_as_a_user_of_its_own_that_can_write_to_its_folder_only(name):
    service = unit(name)["Service"]

    assert (service["User"], service["ProtectSystem"], service["NoNewPrivileges"]) == ("cordiale", "strict", "yes")
    assert service["EnvironmentFile"] == "/etc/cordiale/environment"


@pytest.mark.parametrize("name", [name for name in UNITS if name.endswith(".service")])
def test_no_service_reaches_the_history_of_the_code(name):
    assert unit(name)["Service"]["InaccessiblePaths"] == "-/opt/cordiale/.git"


def test_no_service_knows_the_owner_of_the_tables():
    owner = re.findall(
        r"^DATABASE_URL=postgres://(\w+):PASSWORD@", (FILES / "environment.owner").read_text("utf-8"), re.MULTILINE
    )

    assert owner == ["cordiale_owner"]
    assert "://cordiale:PASSWORD@" in (FILES / "environment").read_text("utf-8")
    assert not any("owner" in (FILES / name).read_text("utf-8") for name in (*UNITS, "nginx.conf"))


def test_the_environment_names_settings_that_there_are():
    lines = [line for line in (FILES / "environment").read_text("utf-8").splitlines() if not line.startswith("#")]
    settings = (ROOT / "docs/reference/settings.md").read_text("utf-8")

    names = [line.partition("=")[0] for line in lines]
    assert all(SETTING.fullmatch(name) and f"| `{name}` |" in settings for name in names)
    assert {"CORDIALE_HTTPS", "CORDIALE_PROXIES", "CORDIALE_ALLOWED_HOSTS"} <= set(names)
