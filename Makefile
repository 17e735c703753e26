# Everything runs in .venv, which the first target that needs it makes from constraints.txt.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
OUT ?= results

.PHONY: validate test lint types quick-test slow-test benchmarks results study-images study-latent-waves study-latent-basis study-wave-rnn study-cifar4 docs clean

validate: $(VENV)/.installed
	$(RUN) -m validation.linear_cnn --dataset digits --out $(OUT)

test: lint types quick-test slow-test

lint: $(VENV)/.installed
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .

types: $(VENV)/.installed
	$(VENV)/bin/mypy

# a file's tests stay on one worker, for they share their runs; a worker computes in one thread
quick-test: $(VENV)/.installed
	OMP_NUM_THREADS=1 $(RUN) -m pytest -n 2 --dist loadfile

slow-test: $(VENV)/.installed
	OMP_NUM_THREADS=1 $(RUN) -m pytest -n 2 --dist loadfile -m "slow and not study"

benchmarks: $(VENV)/.installed
	$(RUN) tests/benchmarks/fig3.py --out docs/results/benchmark_fig3.json
	$(RUN) tests/benchmarks/drum.py --out docs/results/benchmark_drum.json
	$(RUN) tests/benchmarks/paper_figures.py --out docs/results/benchmark_paper_figures.json
	$(RUN) tests/benchmarks/shapes.py --out docs/results/benchmark_shapes.json
	$(RUN) tests/benchmarks/latent_waves.py --out docs/results/benchmark_latent_waves.json
	$(RUN) tests/benchmarks/latent_basis.py --out docs/results/benchmark_latent_basis.json
	$(RUN) tests/benchmarks/wave_rnn.py --out docs/results/benchmark_wave_rnn.json

# the default runs that the documents quote, and their tables and figures
results: $(VENV)/.installed
	$(RUN) -m validation.linear_cnn --dataset digits --out $(OUT)
	cp $(OUT)/linear_cnn.json docs/results/linear_cnn_digits.json
	cp $(OUT)/linear_cnn_learning.png docs/figures/
	$(RUN) -m validation.linear_cnn --dataset sums_of_cosines --out $(OUT)
	cp $(OUT)/linear_cnn.json docs/results/linear_cnn_sums_of_cosines.json
	cp $(OUT)/linear_cnn_competition.png docs/figures/
	$(RUN) -m validation.linear_cnn --dataset shapes --out $(OUT)
	cp $(OUT)/linear_cnn.json docs/results/linear_cnn_shapes.json
	cp $(OUT)/linear_cnn_cascade.png docs/figures/
	$(RUN) -m validation.deep_cnn --preset quick --out $(OUT)
	cp $(OUT)/deep_cnn.json docs/results/deep_cnn_digits.json
	$(RUN) -m validation.drum --out $(OUT)
	cp $(OUT)/drum.json docs/results/
	cp $(OUT)/drum_fundamental.png docs/figures/
	$(RUN) -m validation.drum --shape l_shape --out $(OUT)
	cp $(OUT)/drum.json docs/results/drum_l_shape.json
	cp $(OUT)/drum_accuracy.png docs/figures/
	$(RUN) -m validation.drum --shape isospectral_pair --out $(OUT)
	cp $(OUT)/drum.json docs/results/drum_isospectral_pair.json
	cp $(OUT)/drum_nodal_patterns.png docs/figures/
	$(RUN) -m validation.drum --shape disk --preset quick --out $(OUT)
	cp $(OUT)/drum.json docs/results/drum_disk.json
	$(RUN) -m validation.latent_waves --out $(OUT)
	cp $(OUT)/latent_waves.json docs/results/latent_waves_photographs.json
	cp $(OUT)/latent_waves_front.png docs/figures/
	$(RUN) -m validation.latent_waves --dataset equations --out $(OUT)
	cp $(OUT)/latent_waves.json docs/results/latent_waves_equations.json
	$(RUN) -m validation.autoencoder_waves --preset quick --out $(OUT)
	cp $(OUT)/autoencoder_waves.json docs/results/autoencoder_waves_digits.json
	$(RUN) -m validation.latent_basis --out $(OUT)
	cp $(OUT)/latent_basis.json docs/results/latent_basis_digits.json
	cp $(OUT)/latent_basis_trials.png docs/figures/
	$(RUN) -m validation.latent_basis --dataset linear_control --out $(OUT)
	cp $(OUT)/latent_basis.json docs/results/latent_basis_linear_control.json
	$(RUN) -m validation.wave_rnn --out $(OUT)
	cp $(OUT)/wave_rnn.json docs/results/wave_rnn_small.json
	cp $(OUT)/wave_rnn_hidden_states.png docs/figures/
	$(RUN) -m validation.wave_rnn --dataset tetrominoes --preset quick --out $(OUT)
	cp $(OUT)/wave_rnn.json docs/results/wave_rnn_tetrominoes.json
	$(RUN) -m validation.report.markdown docs/systems/*.md

# runs on images that must be at hand: MODEWISE_DATA names their folder, or they are downloaded
DOWNLOADED := mnist4 fashion_mnist cifar4
study-images: $(VENV)/.installed
	for name in $(DOWNLOADED); do \
	    $(RUN) -m validation.linear_cnn --dataset $$name --out $(OUT) && \
	    cp $(OUT)/linear_cnn.json docs/results/linear_cnn_$$name.json || exit 1; \
	done
	$(RUN) -m validation.deep_cnn --dataset mnist --out $(OUT)
	cp $(OUT)/deep_cnn.json docs/results/deep_cnn_mnist.json

# the films of all image sets at hand, and the autoencoders of MNIST (five minutes)
FILMED := digits mnist fashion_mnist cifar10 gaussian
study-latent-waves: $(VENV)/.installed
	for name in $(FILMED); do \
	    $(RUN) -m validation.latent_waves --dataset $$name --out $(OUT) && \
	    cp $(OUT)/latent_waves.json docs/results/latent_waves_$$name.json || exit 1; \
	done
	$(RUN) -m validation.autoencoder_waves --dataset mnist --out $(OUT)
	cp $(OUT)/autoencoder_waves.json docs/results/autoencoder_waves_mnist.json

# generators of MNIST and Fashion-MNIST at 14 x 14, of MNIST at 28 x 28, and what their latents say (20 minutes)
GENERATED := mnist fashion_mnist
study-latent-basis: $(VENV)/.installed
	for name in $(GENERATED); do \
	    $(RUN) -m validation.latent_basis --dataset $$name --out $(OUT) && \
	    cp $(OUT)/latent_basis.json docs/results/latent_basis_$$name.json || exit 1; \
	done
	$(RUN) -m validation.latent_basis --dataset mnist --size 28 --out $(OUT)
	cp $(OUT)/latent_basis.json docs/results/latent_basis_mnist_28.json

# small tetrominoes on nine seeds, with slow waves and with fast ones; which cnns collapse; how wavelengths
# change while networks learn (half an hour). Each run goes on where it was stopped.
WAVE_RNN := $(RUN) -m validation.wave_rnn
study-wave-rnn: $(VENV)/.installed
	$(WAVE_RNN) --seed 200 --seeds 9 --readout linear fft mean last max --out $(OUT)/order
	cp $(OUT)/order/wave_rnn.json docs/results/wave_rnn_order.json
	# 1: a check fails there, which is what it is stored for
	$(WAVE_RNN) --seed 200 --seeds 9 --readout linear last --wave-rate 1 --out $(OUT)/fast || test $$? -eq 1
	cp $(OUT)/fast/wave_rnn.json docs/results/wave_rnn_fast_waves.json
	$(WAVE_RNN) --model cnn --depth 2 8 --bottleneck release no_relu wide --updates 300 \
	    --schedule constant --learning-rate 0.003 --seeds 20 --out $(OUT)/collapse
	cp $(OUT)/collapse/wave_rnn.json docs/results/wave_rnn_collapse.json
	$(WAVE_RNN) --model nwm --readout linear --updates 800 --watch 80 --seed 300 --seeds 5 --out $(OUT)/waves
	cp $(OUT)/waves/wave_rnn.json docs/results/wave_rnn_wavelengths.json
	$(WAVE_RNN) --model nwm --readout linear --updates 800 --watch 80 --seed 300 --seeds 5 --wave-rate 1 \
	    --out $(OUT)/fast_waves
	cp $(OUT)/fast_waves/wave_rnn.json docs/results/wave_rnn_fast_wavelengths.json
	$(WAVE_RNN) --model conv_lstm --readout linear --updates 2400 --learning-rate 0.01 --clip 1 --watch 240 \
	    --seed 300 --seeds 5 --out $(OUT)/lstm
	cp $(OUT)/lstm/wave_rnn.json docs/results/wave_rnn_lstm.json

# four long runs on CIFAR-4 (two minutes): who overfits? Goes on where it was stopped.
study-cifar4: $(VENV)/.installed
	$(RUN) -m validation.linear_cnn.study_cifar4 --out docs/results/study_cifar4.json

# every page is executed anew; a warning is an error; nothing is looked up over the network
docs: $(VENV)/.installed-docs
	rm -rf docs/_build docs/generated
	OMP_NUM_THREADS=1 $(RUN) -m sphinx -W --keep-going -n -d docs/_build/doctrees docs docs/_build/html

$(VENV)/.installed-docs: $(VENV)/.installed
	$(RUN) -m pip install --quiet --constraint constraints.txt --editable ".[docs]"
	touch $@

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	test -x $(RUN) || $(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $@

clean:
	rm -rf $(VENV) $(OUT) build docs/_build docs/generated *.egg-info
