"""Latent bases: class means of a generator, made orthogonal, and the laws that say what they can do.

What is where::

    subject, any_subject, model_call  a generator, a classifier, an encoder: anybody's
    sampling, class_sums, class_means, missing_labels, collapse
                                      averages of latents of one label, and generators that lack some
    basis, release_norm, rule         orthogonal vectors, and how a label is read off a latent
    label_means, leverage, overlap    how long means are, and what orthogonalisation leaves of them
    one_parameter, class_gaussians, conditional_law
                                      how often a label is read, before any latent is drawn
    kept_energy, truncation           what some of the amplitudes keep of a latent
    rotations, minimal_rotation, rank_one, transport
                                      operators that take a latent from label to label; the paper's
    decoded_vectors, reconstruction, linearity
                                      what vectors, encodings and midpoints decode to
    linear_control                    the case in which every number is known
    networks, heads, released_networks, starts, protocols
                                      networks as released and smaller, and every number of them
    descent, network_descent, own_random, adversarial, classifier_training, encoder_training
                                      how they learn
"""
