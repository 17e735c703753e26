"""``python -m validation.deep_cnn``."""

from validation import cli

if __name__ == "__main__":
    cli.main("deep_cnn")
