# SPDX-License-Identifier: MIT
"""Fixtures of the black-box suites; tests/lib/README.md says how to add a case."""
import itertools
import re

import pytest

from lib.server import Server, with_defaults
from lib.subscribers import STREAMS, SUBSCRIBERS

counter = itertools.count(1)


def pytest_generate_tests(metafunc):
    """`transport`: the case runs over every transport; `stream`: over those that stream."""
    if "transport" in metafunc.fixturenames:
        metafunc.parametrize("transport", list(SUBSCRIBERS))
    if "stream" in metafunc.fixturenames:
        metafunc.parametrize("stream", STREAMS)


def server_options(module):
    """A module may set SERVER_OPTIONS. All servers get the fifth transport; no feed runs unless a
    module wants one."""
    options = list(getattr(module, "SERVER_OPTIONS", ["--lab"]))
    return with_defaults(options)


@pytest.fixture(scope="module")
def module_server(request):
    """Holds the server of a module; started again when a case has killed it."""
    holder = {"server": Server(*server_options(request.module))}
    yield holder
    holder["server"].stop()


@pytest.fixture
def server(request, module_server):
    """The running server that the cases of a module share."""
    if not module_server["server"].alive():
        module_server["server"] = Server(*server_options(request.module))
    running = module_server["server"]
    yield running
    assert running.alive(), (
        f"this case ended the server ({running.process.returncode}): "
        f"{running.errors().decode(errors='replace')}")


@pytest.fixture
def serve():
    """Starts servers with options of the case's own: serve("--history", "10,1h,1M")."""
    started = []

    def start(*options, **how):
        started.append(Server(*with_defaults(list(options)), **how))
        return started[-1]

    yield start
    for running in started:
        if not running.stderr.closed:
            running.stop()


@pytest.fixture
def topic(request):
    """A topic that no other case uses."""
    name = re.sub(r"[^A-Za-z0-9._~-]", "-", request.node.name)[:90]
    return f"{name}-{next(counter)}"


@pytest.fixture
def subscribe(server):
    """Opens subscribers that are closed at the end: subscribe("sse", topic, since="first")."""
    opened = []

    def open_subscriber(how, topic, since="now", on=None, **options):
        subscriber = SUBSCRIBERS[how](on or server, **options)
        opened.append(subscriber)
        return subscriber.subscribe(topic, since)

    yield open_subscriber
    for subscriber in opened:
        if hasattr(subscriber, "connection"):
            subscriber.close()
