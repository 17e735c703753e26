"""Laws evaluated in floating point, data made, networks trained."""
