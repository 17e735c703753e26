"""Waves of the network in float64: every law of its step, and what a history shows of it.

What is where::

    kernels, symbol, long_waves, kernel_report
                                      kernels, what they do to a wave, and to a long one; in numbers
    stepping                          the step itself: the reference of all laws
    step_matrix, chebyshev            one wave's step and its powers, by products and in closed form
    dispersion, stability             frequency, decay, group velocity; stable steps and a warning
    invariants, growth                what is kept, what damping and tanh do, how large it can become
    amplitude, harmonics              strong waves: by one harmonic, and by a few
    one_mode, mode_sizes              the ladder on one mode, and its sizes known beforehand
    range                             hard cone, front, and the range of any kernel
    boundary, packets, closed_edges   reflection at a jump of omega, of packets, at edges of objects
    multipliers, multipliers_torch    linear readouts without stepping
    wavelength                        local wavelengths of a history
"""
