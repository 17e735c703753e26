"""``python -m validation.latent_basis``."""

from validation import cli

if __name__ == "__main__":
    cli.main("latent_basis")
