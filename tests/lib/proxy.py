# SPDX-License-Identifier: MIT
"""A reverse proxy that the test itself is: what it does to a request's head, and for how long it
bears a connection, is the test's to say. With a certificate it ends TLS, as proxies do."""
import asyncio
import contextlib
import shutil
import ssl
import subprocess
import threading

from .relay import Door
from .wire import PATIENCE_S

PIECE = 65536


def openssl_installed():
    """Whether certificates can be made."""
    return shutil.which("openssl") is not None


def make_certificate(folder, name):
    """A certificate for a host that has signed itself, and its key, as a server's context."""
    files = [folder / f"{name}.key", folder / f"{name}.pem"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", files[0], "-out", files[1],
                    "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"],
                   check=True, capture_output=True, timeout=PATIENCE_S)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files[1], files[0])
    return context, files[1]


async def _pipe(reader, writer):
    with contextlib.suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


class Proxy(Door):
    """Before a Server. treat(head): what to send on in place of a request's head, or, where it
    begins with HTTP/, the answer to give; None passes everything on. A treated connection has one
    request. life_s: how long a connection is borne, whatever comes. tls: a server's context."""

    def __init__(self, to, treat=None, life_s=None, tls=None):
        self.to, self.treat, self.life_s, self.tls = to, treat, life_s, tls
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls))
        super().__init__(*self.server.sockets[0].getsockname(), None)

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE_S)

    async def _serve(self, reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.TimeoutError):
            await asyncio.wait_for(self._pass(reader, writer), self.life_s)
        writer.close()

    async def _pass(self, reader, writer):
        head = b""
        if self.treat:
            head = self.treat(await reader.readuntil(b"\r\n\r\n"))
        if head.startswith(b"HTTP/"):
            writer.write(head)
            await writer.drain()
            return
        up_reader, up_writer = await asyncio.open_connection(*self.to.address)
        try:
            up_writer.write(head)
            upward = asyncio.ensure_future(_pipe(reader, up_writer))
            await _pipe(up_reader, writer)
            upward.cancel()
        finally:
            up_writer.close()

    async def _stop(self):
        self.server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._run(self._stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE_S)
        self.loop.close()
