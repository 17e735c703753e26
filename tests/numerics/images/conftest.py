"""What several image sets are tested with: a local file server, and modes by plain NumPy."""

import contextlib
import functools
import http.server
import threading

import numpy as np
import pytest


class Quiet(http.server.SimpleHTTPRequestHandler):
    """File server that logs the paths asked for instead of printing them."""

    def log_message(self, *message):
        self.server.asked.append(self.path)


@pytest.fixture
def serve(tmp_path, monkeypatch):
    """Serve files, name to bytes, on a local server: address and requests; own cache folder."""
    monkeypatch.delenv("MODEWISE_DATA", raising=False)
    monkeypatch.setattr("pooch.os_cache", lambda project: tmp_path / "cache" / project)

    def start(contents):
        folder = tmp_path / "served"
        folder.mkdir()
        for name, content in contents.items():
            (folder / name).write_bytes(content)
        handler = functools.partial(Quiet, directory=folder)
        server = running.enter_context(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
        server.asked = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.callback(thread.join)
        running.callback(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}", server.asked

    with contextlib.ExitStack() as running:
        yield start


@pytest.fixture
def spectral_modes():
    """Singular values S_m of Syx, and n times the largest gain over frequencies, channels together."""

    def compute(images):
        pixels, labels = images.image.values, images.label.values
        targets = np.eye(labels.max() + 1)[labels]
        correlation = targets.T @ pixels.reshape(len(pixels), -1) / len(pixels)
        _, values, right = np.linalg.svd(correlation, full_matrices=False)
        modes = right.reshape(len(right), *pixels.shape[1:3], -1)
        power = np.abs(np.fft.fft2(modes, axes=(1, 2), norm="ortho")) ** 2
        gains = np.sqrt(power.sum(axis=-1)).reshape(len(right), -1)
        return values, pixels.shape[1] * gains.max(axis=1)

    return compute
