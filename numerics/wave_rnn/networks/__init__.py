"""The networks of the paper: the wave network (NWM), ConvLSTM, CNN-L and U-Net, in torch.

What is where::

    architecture                what a network is made of, and how many parameters that makes
    counts                      the closed form of each network's parameters
    build                       a network from an architecture and a seed
    fields, recurrence, stencil position, stiffness and damping; the oscillators' steps as one node
    encoders, readouts, heads   from image to fields, from history to features, from these to logits
    nwm, conv_lstm, cnn, unet   the four networks
    starts                      start weights other than torch's own
    checkpoints                 weights of one's own from a file of torch
"""
