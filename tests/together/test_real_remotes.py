"""`sync` over http and over ssh: git's own server programs, behind a small server of this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from clones import MAIN, Hub, git, new, sync, uid

from svcdesk.errors import GitFailed
from svcdesk.testing import Sandbox

BACKEND = Path(
    subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
) / "git-http-backend"  # fmt: skip
needs_backend = pytest.mark.skipif(not BACKEND.exists(), reason="git has no http-backend here")


class Smart(BaseHTTPRequestHandler):
    """git's smart protocol, by `git http-backend` as a CGI program."""

    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, *args: object) -> None:
        self.folder = folder
        super().__init__(*args)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self._body())

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        environment = {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_USER": "somebody",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(
            [BACKEND], input=body, env=environment, capture_output=True, check=False
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(row.split(": ", 1) for row in head.decode().splitlines())
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Dumb(SimpleHTTPRequestHandler):
    """The repository's files, and nothing that answers a push."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: object) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def point(desk: Sandbox, url: str) -> None:
    desk.git("remote", "set-url", "origin", url)


def two_meet(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    """Both make a request and work on one; in the end they are equal."""
    first = new(one)
    assert sync(one).pushed
    sync(two)
    second = new(two)
    two.open().move([first], "assign", {"assignee": "engineer-1"})
    assert sync(two).pushed
    one.open().set([first], {"title": "登录失败"})
    assert sync(one).pushed
    sync(two)
    assert hub.ids() == sorted([first, second])
    assert uid(one, second) == uid(two, second)
    assert hub.refs()[MAIN] == two.git("rev-parse", "HEAD").strip()
    assert one.git("rev-parse", "HEAD") == two.git("rev-parse", "HEAD")


@needs_backend
def test_sync_over_http(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    with serving(partial(Smart, hub.path.parent)) as url:
        for desk in (one, two):
            point(desk, f"{url}/{hub.path.name}")
        two_meet(hub, one, two)


@needs_backend
def test_a_number_is_claimed_over_http(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    with serving(partial(Smart, hub.path.parent)) as url:
        for desk in (one, two):
            point(desk, f"{url}/{hub.path.name}")
        assert new(one) != new(two)


def test_a_server_of_files_gives_and_takes_nothing(hub: Hub, one: Sandbox, two: Sandbox) -> None:
    """Without git behind it, http can only be read: what came in stays, the push is refused."""
    theirs = new(two)
    sync(two)
    git(hub.path, "update-server-info")
    before = hub.refs()
    with serving(partial(Dumb, directory=str(hub.path.parent))) as url:
        point(one, f"{url}/{hub.path.name}")
        sync(one)
        mine = new(one)
        with pytest.raises(GitFailed) as refused:
            sync(one)
    assert refused.value.code in ("E_PUSH", "E_REMOTE")
    assert one.status() == ""
    assert {one.open().load(record_id).record.id for record_id in (mine, theirs)} == {mine, theirs}
    assert hub.refs() == before


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for ssh is a shell's script")
def test_sync_over_ssh(
    hub: Hub, one: Sandbox, two: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program in place of ssh runs the command here; git believes that it went to a host."""
    calls = tmp_path / "calls"
    stand_in = tmp_path / "ssh"
    stand_in.write_text(
        f'#!/bin/sh\nwhile [ "${{1%desk.example.org}}" = "$1" ]; do shift; done\nshift\n'
        f'echo "$*" >>"{calls}"\nexec sh -c "$*"\n'
    )
    stand_in.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(stand_in))
    monkeypatch.setenv("GIT_SSH_VARIANT", "ssh")
    point(one, f"ssh://git@desk.example.org{hub.path}")
    point(two, f"desk.example.org:{hub.path}")
    two_meet(hub, one, two)
    said = calls.read_text()
    assert "git-receive-pack" in said
    assert "git-upload-pack" in said
