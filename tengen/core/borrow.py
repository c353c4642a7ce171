"""Arrays without reference counts, for kernels that hand many arrays to each other.

Taking an array out of a named tuple counts a reference, which is an atomic addition. In an inner loop the counts
cost more than the work. The caller of a kernel keeps its arrays alive, so inside nothing needs to count.
"""

from typing import Any, TypeVar

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

Array = TypeVar("Array")


def borrowed(array: Array) -> Array:
    """The same array, without counting references to it; it must not outlive the kernel that calls this."""
    return array


@intrinsic
def _uncounted(typing_context: Any, array: types.Array) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        view.parent = cgutils.get_null_value(view.parent.type)
        return view._getvalue()

    return array(array), generate


@overload(borrowed, strict=False)
def _borrowed(array: Any) -> Any:
    if not isinstance(array, types.Array):
        return None
    return lambda array: _uncounted(array)
