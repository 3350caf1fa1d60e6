"""Reading ahead: memory that a loop will want is asked for before its turn comes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from algorithms.machinery.kernel import Kernel

AHEAD = 32
"""Keys by which a loop over a table in memory looks ahead."""


class Instruction(Kernel[..., None]):
    """What stands for one instruction of the processor where kernels are compiled.

    Parameters
    ----------
    function
        What it does in plain Python.
    """

    def _compile(self) -> Callable[..., None]:
        import numba
        from llvmlite import ir
        from numba.core import cgutils, types
        from numba.extending import intrinsic

        numba_config: Any = numba.config
        if numba_config.DISABLE_JIT:
            return self.plain

        def typed(context: Any, array: Any, index: Any) -> Any:
            def emit(context: Any, builder: Any, signature: Any, values: Any) -> Any:
                data = context.make_array(signature.args[0])(context, builder, values[0]).data
                place = builder.bitcast(builder.gep(data, [values[1]]), cgutils.voidptr_t)
                number = ir.IntType(32)
                form = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
                fetch = builder.module.declare_intrinsic("llvm.prefetch", [cgutils.voidptr_t], form)
                # to read, into all caches, data
                builder.call(fetch, [place, number(0), number(3), number(1)])
                return context.get_dummy_value()

            return types.void(array, index), emit

        compiled: Callable[..., None] = intrinsic(typed)
        return compiled

    @property
    def part(self) -> Callable[..., None]:
        """What kernels have compiled into them."""
        return self.compiled


def _prefetch(array: Any, index: Any) -> None:
    """Ask for the memory of one place of an array; plain Python has no use for it."""


prefetch = Instruction(_prefetch)
