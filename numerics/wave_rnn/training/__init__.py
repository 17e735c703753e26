"""How segmenting networks are trained and judged.

protocol       how many updates, of how many images, at which rates; the paper's and a small one
metrics        accuracies, overlaps and losses of a segmentation, per image and pooled
collapse       the predictor that ignores its image: its losses, and who has become it
evaluation     a network judged on a whole set
segmentation   one network learns: what is updated, watched and kept
trained        a whole training, from an architecture and a seed to weights and their record
many_runs      several trainings, on processes of this machine
"""
