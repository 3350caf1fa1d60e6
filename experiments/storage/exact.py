"""Columns of exact numbers: Python ints of any size, or fractions, in a pandas dtype that Parquet can hold.

A column of objects would do for computing, but ``to_parquet`` fails on ints above 64 bits and on fractions.
In Parquet the numbers are texts, and ``pandas.read_parquet`` gives them back as they were once this module
is imported, which `experiments.storage.store` does when it reads rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Self

import numpy as np
import pandas as pd
from pandas.api.extensions import (  # type: ignore[attr-defined]  # the stubs lack one
    ExtensionArray,
    ExtensionDtype,
    ExtensionScalarOpsMixin,
    register_extension_dtype,
    take,
)

__all__ = ["ExactArray", "ExactDtype"]

READERS: dict[str, Callable[[Any], Any]] = {"integer": int, "fraction": Fraction}


@register_extension_dtype
class ExactDtype(ExtensionDtype):
    """The dtype of exact numbers: ``exact[integer]`` or ``exact[fraction]``."""

    type = object
    na_value = None
    _metadata = ("which",)

    def __init__(self, which: str) -> None:
        self.which = which

    @property
    def name(self) -> str:  # type: ignore[override]
        """As pandas shows it."""
        return f"exact[{self.which}]"

    @classmethod
    def construct_array_type(cls) -> Any:
        """Return the class of its arrays."""
        return ExactArray

    @classmethod
    def construct_from_string(cls, string: str) -> Self:
        """Return the dtype of a name."""
        for which in READERS:
            if string == f"exact[{which}]":
                return cls(which)
        raise TypeError(f"{string!r} is no name of exact numbers")

    def __from_arrow__(self, array: Any) -> ExactArray:
        """Return the numbers that Parquet holds as texts."""
        read = READERS[self.which]
        values = [None if text is None else read(text) for text in array.to_pylist()]
        return ExactArray._from_sequence(values, dtype=self)


class ExactArray(ExtensionScalarOpsMixin, ExtensionArray):  # type: ignore[misc]
    """Exact numbers, None where there is none."""

    def __init__(self, values: Any, dtype: ExactDtype) -> None:
        self._values = values
        self._dtype = dtype

    @classmethod
    def _from_sequence(cls, scalars: Any, *, dtype: Any = None, copy: bool = False) -> Self:
        values = np.empty(len(scalars), dtype=object)
        values[:] = [None if _missing(value) else _exact(value) for value in scalars]
        if dtype is None:
            some = any(isinstance(value, Fraction) for value in values)
            dtype = ExactDtype("fraction" if some else "integer")
        return cls(values, dtype)

    @classmethod
    def _from_factorized(cls, values: Any, original: ExactArray) -> Self:
        return cls._from_sequence(values, dtype=original.dtype)

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Any]) -> Self:
        return cls(np.concatenate([array._values for array in to_concat]), to_concat[0].dtype)

    @property
    def dtype(self) -> ExactDtype:
        """See `ExactDtype`."""
        return self._dtype

    @property
    def nbytes(self) -> int:
        """Of the references."""
        return int(self._values.nbytes)

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, item: Any) -> Any:
        item = pd.api.indexers.check_array_indexer(self, item)
        found = self._values[item]
        return type(self)(found, self._dtype) if isinstance(found, np.ndarray) else found

    def __setitem__(self, key: Any, value: Any) -> None:
        key = pd.api.indexers.check_array_indexer(self, key)
        self._values[key] = value._values if isinstance(value, ExactArray) else value

    def _cast_pointwise_result(self, values: Any) -> Any:
        try:
            return type(self)._from_sequence(values)
        except TypeError:
            return pd.Series(list(values)).array

    def isna(self) -> Any:
        """Return where there is no number."""
        return np.array([value is None for value in self._values], dtype=bool)

    def take(self, indices: Any, *, allow_fill: bool = False, fill_value: Any = None) -> Self:
        """Return the numbers at some places."""
        taken = take(self._values, indices, fill_value=None, allow_fill=allow_fill)
        return type(self)(taken, self._dtype)

    def copy(self) -> Self:
        """Return a copy."""
        return type(self)(self._values.copy(), self._dtype)

    def _values_for_argsort(self) -> Any:
        return self._values

    def _values_for_factorize(self) -> tuple[Any, Any]:
        return self._values, None

    def _reduce(self, name: str, *, skipna: bool = True, keepdims: bool = False, **options: Any) -> Any:
        values = [value for value in self._values if value is not None]
        whole = {
            "sum": lambda: sum(values),
            "min": lambda: min(values, default=None),
            "max": lambda: max(values, default=None),
            "any": lambda: any(values),
            "all": lambda: all(values),
        }
        if name in whole and (skipna or len(values) == len(self)):
            found = whole[name]()  # type: ignore[no-untyped-call]
        else:
            numbers = pd.Series([np.nan if value is None else float(value) for value in self._values])
            found = getattr(numbers, name)(skipna=skipna, **options)
        return type(self)._from_sequence([found], dtype=self._dtype) if keepdims else found

    def __arrow_array__(self, type: Any = None) -> Any:
        """Return the numbers as texts."""
        import pyarrow as pa

        return pa.array([None if value is None else str(value) for value in self._values], pa.string())


def _missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _exact(value: Any) -> int | Fraction:
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return value
    raise TypeError(f"{value!r} is no exact number")


ExactArray._add_arithmetic_ops()
ExactArray._add_comparison_ops()
