"""``python -m validation.latent_waves``."""

from validation import cli

if __name__ == "__main__":
    cli.main("latent_waves")
