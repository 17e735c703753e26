"""Image sets as films: sorted spectra of their eigenimages, and what predicts them.

What is where::

    analysis                          one call for an image set
    moments, running_sums, distributed, tall_skinny_qr, eigenimages
                                      from images to singular vectors, in one pass
    film, lattice, second_order       spectra frame by frame; frequencies and rings; power, amplitude
    front, ring_shape, verdict        where the ring is, its p-norm, and one word for the film
    predictors, front_ladder, shift_forecast
                                      models of half of the images, and forecasts of the other
    field, ring_film, library, sparse_regression, identification
                                      u(x, t) of a film, and equations fitted to it as in the paper
    weak_form, weak_noise, travelling_wave, known_films, recovery
                                      the weak form, the errors that noise gives it, films to try it on
    null_models, null_test, resampling, simulation, equation_forecast, paper_rows
                                      what an equation is worth; what the paper prints
    layer_sizes, autoencoder, in_double, linear_optimum, last_layer, unit_states, made_images, probe
                                      autoencoders, and how far any reconstruction follows the film
"""
