"""A result told: to a terminal, as JSON, as one page of HTML; each a function of the tree alone."""
