"""Travelling-wave recurrent networks for segmentation, and the laws of their waves."""
