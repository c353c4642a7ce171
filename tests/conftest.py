"""Settings that all tests share."""

import signal

from hypothesis import settings

# who starts the tests in the background may have Ctrl-C ignored, which they and their processes would inherit
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("tengen", deadline=None, max_examples=50)  # the first call compiles, which takes seconds
settings.load_profile("tengen")
