"""Which source a run was made by, and on what machine."""

import os

from tengen.core.machine import ROOT, cpu_model, git


def commit() -> str | None:
    """The commit that is checked out, `+` behind it if files of the package differ; None where there is none."""
    if git("rev-parse", "--show-toplevel") != str(ROOT):  # installed, perhaps below another project's tree
        return None
    found = git("rev-parse", "--short=10", "HEAD")
    return found + ("+" if git("status", "--porcelain", "--untracked-files=no", "tengen") else "") if found else None


def machine() -> str:
    """Its processors and GPU in words, such as `2 cores of AMD EPYC 9B14`."""
    words = f"{os.cpu_count()} cores of {cpu_model()}"
    import torch

    if torch.cuda.is_available():
        words += f", {torch.cuda.get_device_name()}"
    return words
