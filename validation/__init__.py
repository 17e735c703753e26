"""Predictions held against measurements: experiments, ladders, checks, reports.

``python -m validation --list`` names the experiments; ``python -m validation.NAME`` runs one.
"""
