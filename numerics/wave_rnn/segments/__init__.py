"""Image sets with a class for every pixel: what a network that segments is trained and judged on.

    segment_set             the form of a set, three of them as splits, shares of the classes
    small_tetrominoes       one grey piece on 18 x 18 pixels, for short runs on a CPU
    tetrominoes             up to five coloured pieces on 64 x 64 pixels
    polygons                one or two white regular polygons on 75 x 75 pixels
    mnist_segments          a handwritten digit, enlarged to 56 x 56 pixels
    multi_mnist             up to four handwritten digits on 128 x 128 pixels
    own_segments            the user's own images and masks

Shared by these: `drawn_splits` (one generator a split, kept in a file), `placement`, `tetromino_shapes`,
`mnist_digits`, `object_sizes`, `own_files`.
"""
