"""``python -m validation.wave_rnn``."""

from validation import cli

if __name__ == "__main__":
    cli.main("wave_rnn")
