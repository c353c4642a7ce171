"""Settings that all tests share."""

from hypothesis import settings

settings.register_profile("tengen", deadline=None, max_examples=50)  # the first call compiles, which takes seconds
settings.load_profile("tengen")
