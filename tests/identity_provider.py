"""A real OpenID Connect provider (npm oidc-provider, pinned in tests/oidc), and somebody who signs in there."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

from tests.databases import ROOT

FOLDER = ROOT / "tests/oidc"
CLIENT, SECRET = "cordiale", "known to a test only"
XSRF = re.compile(r'name="xsrf" value="([^"]+)"')
ACTION = re.compile(r'action="([^"]+)"')


@dataclass(frozen=True)
class Provider:
    """The provider while it runs.

    Args:
        issuer: its address.
        people: the file that holds what it says of whom.
    """

    issuer: str
    people: Path

    def knows(self, subject: str, **claims: Any) -> None:
        """From now on it says this of somebody."""
        known = json.loads(self.people.read_text("utf-8"))
        self.people.write_text(json.dumps({**known, subject: claims}), "utf-8")

    @property
    def environment(self) -> dict[str, str]:
        """The settings of an installation that trusts it."""
        return {
            "CORDIALE_OIDC_SERVER": self.issuer,
            "CORDIALE_OIDC_CLIENT": CLIENT,
            "CORDIALE_OIDC_SECRET": SECRET,
            "CORDIALE_OIDC_NAME": "the ministry",
        }


def installed(folder: Path) -> Path:
    """The provider's program with what it needs, installed from its lock into a folder; no script of a package runs."""
    for file in FOLDER.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "provider.mjs"


@contextmanager
def running(program: Path, *, called_back: str, comes_back: str) -> Iterator[Provider]:
    """A provider that knows one client.

    Args:
        program: as `installed` answers.
        called_back: the address, with {id} for what the installation calls the provider, at which people come back.
        comes_back: the address to which it lets people go after signing out.
    """
    people = program.with_name("people.json")
    people.write_text("{}", "utf-8")
    port = _free_port()  # it decides what the installation calls the provider, and so where it is called back
    client = {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [called_back.format(id=f"localhost-{port}")],
        "post_logout_redirect_uris": [comes_back],
    }
    process = subprocess.Popen(
        ["node", program, json.dumps([client]), people, str(port)],
        cwd=program.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        issuer = process.stdout.readline().strip()
        assert issuer, "the identity provider does not start"
        yield Provider(issuer, people)
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Visitor:
    """Somebody's browser at the provider."""

    def __init__(self, provider: Provider) -> None:
        self.session = requests.Session()
        self.issuer = provider.issuer

    def signs_in(self, address: str, subject: str) -> str:
        """Sign in on the provider's page to which an address leads; the address it leads back to."""
        page = self.session.get(address, timeout=20)
        form = ACTION.search(page.text)
        assert form is not None, page.text
        given = {"prompt": "login", "login": subject, "password": "any"}
        return self._away(self.session.post(urljoin(page.url, form[1]), given, timeout=20, allow_redirects=False))

    def signs_out(self, address: str) -> str:
        """Say yes on the provider's page to which an address leads; the address it leads back to."""
        page = self.session.get(address, timeout=20)
        form, secret = ACTION.search(page.text), XSRF.search(page.text)
        assert form is not None, page.text
        assert secret is not None, page.text
        given = {"xsrf": secret[1], "logout": "yes"}
        return self._away(self.session.post(urljoin(page.url, form[1]), given, timeout=20, allow_redirects=False))

    def is_known(self, address: str) -> bool:
        """Whether the provider knows the visitor, and leads back without a question."""
        answer = self.session.get(address, timeout=20, allow_redirects=False)
        return "code=" in answer.headers.get("Location", "")

    def _away(self, answer: requests.Response) -> str:
        """Follow redirects until one leads away from the provider."""
        for _step in range(10):
            there = urljoin(answer.url, answer.headers["Location"])
            if not there.startswith(self.issuer):
                return there
            answer = self.session.get(there, timeout=20, allow_redirects=False)
        raise AssertionError("the provider leads on for ever")
