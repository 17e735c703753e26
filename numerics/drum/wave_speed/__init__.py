"""What a sound says about the wave speed of each node: gradients by walking back, and recovery."""
