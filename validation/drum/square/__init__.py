"""Case `square`: square drums of several sides, after Fig 2 of the paper."""
