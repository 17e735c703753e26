"""The same filters on torch tensors, few of them: for float32, batches and gradients (3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from numerics.wave_rnn.waves.multipliers import Multipliers, require_fields
from theory.errors import ArgumentError

if TYPE_CHECKING:
    import torch


class TorchMultipliers:
    """`Multipliers` laid out for torch, on one device.

    The K filters of a readout in time are nearly linear combinations of a few: a wave of T dt = 10
    units of time and frequencies up to 3 has some 20 numbers. They are reduced to those, to the
    rounding of the dtype.

    Parameters
    ----------
    multipliers : Multipliers
    dtype : torch.dtype, optional
        torch.float32 or torch.float64, of the fields.
    device : str or torch.device, optional

    Raises
    ------
    ArgumentError
        For another dtype.
    """

    def __init__(
        self,
        multipliers: Multipliers,
        dtype: torch.dtype | None = None,
        device: str | torch.device = "cpu",
    ):
        import torch

        dtype = dtype or torch.float32
        kinds = {torch.float32: torch.complex64, torch.float64: torch.complex128}
        if dtype not in kinds:
            raise ArgumentError(
                "dtype", str(dtype), "must be torch.float32 or torch.float64", "convert"
            )
        combined, filters = reduced_filters(multipliers, torch.finfo(dtype).eps / 8)
        self._multipliers = multipliers
        self._combined: Any = torch.as_tensor(combined, dtype=dtype, device=device)
        self._filters: Any = torch.as_tensor(filters, dtype=kinds[dtype], device=device)

    def features(self, position: torch.Tensor) -> torch.Tensor:
        """Return the features of y_0, (B, C, H, W) to (B, K C, H, W), bin-major."""
        import torch

        spectra = torch.fft.rfft2(require_fields(position, self._multipliers))
        if self._multipliers.coupled:
            parts = zip(self._filters.unbind(2), spectra.unbind(1), strict=True)
            filtered = sum(part * spectrum[:, None, None] for part, spectrum in parts)
        else:
            filtered = self._filters * spectra[:, None]
        fields = torch.fft.irfft2(filtered, s=self._multipliers.shape)
        combined = torch.matmul(self._combined, fields.flatten(2))
        return combined.reshape(len(position), -1, *self._multipliers.shape)


def reduced_filters(multipliers: Multipliers, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (K, r) and r filters whose product is G.

    Parameters
    ----------
    share : float
        Singular values below it times the largest are dropped.

    Returns
    -------
    combined : ndarray, (K, r)
    filters : complex ndarray, (r, C, [C,] H, W//2 + 1)
    """
    values = multipliers.values
    table = values.reshape(len(values), -1)
    left, sizes, _ = np.linalg.svd(np.hstack([table.real, table.imag]), full_matrices=False)
    left = left[:, : max(1, int((sizes > share * sizes[0]).sum()))]
    return left, np.tensordot(left.T, values, axes=1)
