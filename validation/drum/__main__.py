"""``python -m validation.drum``."""

from validation import cli

if __name__ == "__main__":
    cli.main("drum")
