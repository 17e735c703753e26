"""Small trained networks: made by `python -m validation.wave_rnn.store_weights`."""
