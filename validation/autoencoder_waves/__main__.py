"""``python -m validation.autoencoder_waves``."""

from validation import cli

if __name__ == "__main__":
    cli.main("autoencoder_waves")
