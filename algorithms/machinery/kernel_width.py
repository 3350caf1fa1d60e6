"""Kernels use the widest vectors that a processor has.

For server processors of Intel, LLVM keeps to 256 bits where there are 512: early ones ran slower while they
computed in wide vectors. Kernels are long chains of 64-bit products in which no key waits for another, and
what bounds them is how many keys are under way at once: in vectors of twice the width, half as many more.
"""

from __future__ import annotations

import functools
import gc
import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["widest"]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Leave what a compilation makes, all of which is in use until its end, unsearched for what is not."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@functools.cache
def widest() -> Any:
    """Return numba's compiler, but that the vectoriser prefers 512 bits, by an attribute of each function.

    Returns
    -------
    type
        What ``numba.njit`` takes as ``pipeline_class``. It says nothing of what a processor has: without
        AVX-512 the code is what it was, and what is no kernel is compiled as before.
    """
    # numba's own classes are untyped, so mypy cannot see that these are classes to build on
    lower, lowering, compiler, builder, register = (
        getattr(importlib.import_module(f"numba.core.{module}"), name)
        for module, name in (
            ("lowering", "Lower"),
            ("typed_passes", "NativeLowering"),
            ("compiler", "CompilerBase"),
            ("compiler", "DefaultPassBuilder"),
            ("compiler_machinery", "register_pass"),
        )
    )

    class WideLower(lower):  # type: ignore[valid-type,misc]  # of numba, untyped
        def setup_function(self, descriptor: Any) -> None:
            super().setup_function(descriptor)
            # `add` of these attributes refuses those that have a value
            set.add(self.function.attributes, '"prefer-vector-width"="512"')

    @register(mutates_CFG=True, analysis_only=False)
    class WideLowering(lowering):  # type: ignore[valid-type,misc]  # of numba, untyped
        _name = "native_lowering_to_wide_vectors"

        @property
        def lowering_class(self) -> Any:
            return WideLower

    class WideCompiler(compiler):  # type: ignore[valid-type,misc]  # of numba, untyped
        def compile_extra(self, function: Any) -> Any:
            with _collector_paused():
                return super().compile_extra(function)

        def define_pipelines(self) -> list[Any]:
            manager = builder.define_nopython_pipeline(self.state)
            manager.passes = [
                (WideLowering if one is lowering else one, title) for one, title in manager.passes
            ]
            manager.finalize()
            return [manager]

    return WideCompiler
