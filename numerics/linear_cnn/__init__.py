"""Linear CNNs in numbers: spectra of the modes, exact Fourier-space learning, and the network."""
