"""A real PostgreSQL with PostGIS, for this computer alone, that goes when the tests end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

USER, PASSWORD = "postgres", "only for tests"


def programs() -> Path | None:
    """Folder of a PostgreSQL that has PostGIS, the newest; as root a user to run it is needed."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    folders.sort(key=lambda folder: int(folder.parent.name))
    if found := shutil.which("postgres"):
        folders.insert(0, Path(found).resolve().parent)
    for folder in reversed(folders):
        share = folder.parent / "share"
        if not (share / "extension").is_dir():
            share = Path("/usr/share/postgresql") / folder.parent.name
        if (share / "extension" / "postgis.control").is_file():
            return folder
    return None


@dataclass(frozen=True)
class Server:
    """Where the server listens."""

    port: int

    def address(self, table: str, *, database: str = "gis", user: str = USER) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}?table={table}"

    def execute(self, *queries: str, database: str = "gis") -> list[tuple[Any, ...]]:
        """Run queries, each on its own, and give the rows of the last."""
        import psycopg

        settings = {"host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD}
        with psycopg.connect(**settings, dbname=database, autocommit=True) as connection:
            for query in queries:
                cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _as_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    is_root = os.name == "posix" and os.getuid() == 0
    return {"user": USER, "group": USER, "extra_groups": []} if is_root else {}


def _wait(process: subprocess.Popen[bytes], server: Server, log: Path) -> None:
    import psycopg

    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            server.execute("SELECT 1", database="postgres")
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(log.read_text())


@contextmanager
def started(folder: Path) -> Iterator[Server]:
    """Start a server with the database `gis`, and `plain` without PostGIS."""
    options = _as_user()
    with tempfile.TemporaryDirectory(prefix="norwalk-pg-", ignore_cleanup_errors=True) as home:
        data, secret, log = (Path(home) / name for name in ("data", "secret", "log"))
        secret.write_text(PASSWORD)
        for path in (Path(home), secret):
            if options:
                shutil.chown(path, options["user"], options["group"])
        make = [folder / "initdb", "-D", data, "-U", USER, f"--pwfile={secret}"]
        make += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
        subprocess.run(make, check=True, capture_output=True, cwd=home, **options)
        server = Server(_free_port())
        settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": home}
        settings |= {"port": str(server.port), "fsync": "off", "timezone": "America/Los_Angeles"}
        run = [str(folder / "postgres"), "-D", str(data)]
        for name, value in settings.items():
            run += ["-c", f"{name}={value}"]
        with log.open("wb") as stream:
            process = subprocess.Popen(run, stdout=stream, stderr=stream, cwd=home, **options)
        try:
            _wait(process, server, log)
            server.execute("CREATE DATABASE gis", "CREATE DATABASE plain", database="postgres")
            server.execute("CREATE EXTENSION postgis")
            yield server
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
