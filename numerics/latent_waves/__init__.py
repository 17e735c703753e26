"""Image sets as films: sorted spectra of their eigenimages, and what predicts them."""
