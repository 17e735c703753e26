"""``python -m validation.linear_cnn``."""

from validation import cli

if __name__ == "__main__":
    cli.main("linear_cnn")
