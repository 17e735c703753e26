"""Figures of `linear_cnn`, from the tree alone; one subject of the paper a file."""

from validation.linear_cnn.figures.alignment import alignment
from validation.linear_cnn.figures.cascade import cascade
from validation.linear_cnn.figures.competition import competition
from validation.linear_cnn.figures.data import data
from validation.linear_cnn.figures.discovery import discovery
from validation.linear_cnn.figures.ending import ending
from validation.linear_cnn.figures.network import network
from validation.linear_cnn.figures.step_size import step_size
from validation.linear_cnn.figures.strengths import learning
from validation.linear_cnn.figures.transform import transform

__all__ = [
    "alignment",
    "cascade",
    "competition",
    "data",
    "discovery",
    "ending",
    "learning",
    "network",
    "step_size",
    "transform",
]
