"""A soak: thousands of random cells over several kernels on one driver, disturbed at random; nothing may be lost."""
