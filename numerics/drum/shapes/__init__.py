"""Plane domains: polygons and curved ones, the files they are read from, the masks they leave on a grid."""
