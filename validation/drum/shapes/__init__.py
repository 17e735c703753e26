"""Case `shape`: drums of any shape, named, drawn, or in a file."""
