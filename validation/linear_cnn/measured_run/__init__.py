"""A run made elsewhere, judged against its forecast: its file, the case, the verdicts, what is shown."""
