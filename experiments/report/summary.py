"""The summary of a run: every number that is stated anywhere, computed once, as tidy frames.

A room's ``summary(results)`` returns a `Summary` of sheets. A sheet is a frame with a row for each
combination of its keys and a column for each measure, beside its law and the ends of its interval. Tables,
figures, the page, sentences and the paper read sheets, and compute nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any

from experiments.report.tables.formats import Count, Format, Text, is_missing, single

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Measure", "Sheet", "Summary", "Value"]


@dataclass(frozen=True)
class Value:
    r"""One stated number.

    Parameters
    ----------
    name
        ``MEASURE/KEY/KEY...``, by which a text calls it.
    number
        As the sheet has it.
    text, latex
        As it is written.
    source
        Which rows it was computed from, and how.
    format
        How it is written where it stands alone, without an interval.

    Examples
    --------
    >>> from experiments.report.tables.formats import Percent
    >>> Value("movement/jump", 0.0589, "5.89 %", "5.89~\\%", "rows: mean", Percent(2)).rounded(0).text
    '6 %'
    """

    name: str
    number: Any
    text: str
    latex: str
    source: str
    format: Format = field(default_factory=Text)

    def rounded(self, digits: int) -> Value:
        """Return the number alone, in so many digits; raises ValueError where it is no number."""
        if not hasattr(self.format, "digits"):
            raise ValueError(f"{self.name} is {self.text!r}, which has no digits to be rounded to")
        form = replace(self.format, digits=digits)  # type: ignore[type-var]  # one that has digits
        return replace(self, text=form.text(self.number, {}), latex=form.latex(self.number, {}), format=form)


@dataclass(frozen=True)
class Measure:
    """A column of numbers.

    Parameters
    ----------
    about
        What the number is, and how it is computed of the rows: a few words.
    format
        How it is written.
    low, high, law
        Columns of the ends of its interval, and of its law; empty where there is none.
    """

    about: str
    format: Format
    low: str = ""
    high: str = ""
    law: str = ""


@dataclass(frozen=True)
class Sheet:
    """A tidy frame.

    Parameters
    ----------
    name
        Unique in the summary.
    frame
        A row for each combination of `keys`; other columns than keys and measures may stand there too.
    keys
        Columns that tell the rows apart, in the order in which a name has them.
    measures
        How each number is written, by column.
    rows
        The file of rows that it comes from: ``rows`` or ``timing``.
    usual
        Values of keys that a name leaves out: of the default hash function, of uniform keys.

    Raises
    ------
    ValueError
        If a column is missing, two rows have the same keys, or two numbers the same name.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"hash": ["xxh64", "crc32"], "label": ["jump", "jump"], "cv": [0.1, 0.2]})
    >>> measures = {"cv": Measure("mean of cv", Count(1))}
    >>> sheet = Sheet("loads", frame, ("hash", "label"), measures, usual={"hash": "xxh64"})
    >>> [value.name for value in sheet.values()]
    ['cv/jump', 'cv/crc32/jump']
    """

    name: str
    frame: pd.DataFrame
    keys: tuple[str, ...]
    measures: Mapping[str, Measure] = field(default_factory=dict)
    rows: str = "rows"
    usual: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        named = [*self.keys, *self.measures]
        named += [
            end
            for measure in self.measures.values()
            for end in (measure.low, measure.high, measure.law)
            if end
        ]
        missing = [column for column in named if column not in self.frame.columns]
        if missing:
            raise ValueError(f"sheet {self.name!r} has no column {missing[0]!r}")
        if self.keys and self.frame.duplicated(list(self.keys)).any():
            raise ValueError(f"sheet {self.name!r} has two rows with the same {', '.join(self.keys)}")
        if self.usual:
            paths = Counter(self._path(record) for record in self.records())
            twice = [path for path, many in paths.items() if many > 1]
            if twice:
                raise ValueError(f"sheet {self.name!r} names two numbers {twice[0]!r}")

    @classmethod
    def of_records(
        cls,
        name: str,
        keys: tuple[str, ...],
        measures: Mapping[str, Measure],
        records: Iterable[Mapping[str, Any]],
        **others: Any,
    ) -> Sheet:
        """Make a sheet of Python values, which keep their types; a record may lack what it has no value in.

        Examples
        --------
        >>> sheet = Sheet.of_records("all", (), {"keys": Measure("how many", Count())}, [{"keys": 2**70}])
        >>> [value.text for value in sheet.values()]
        ['1,180,591,620,717,411,303,424']
        """
        import pandas as pd

        rows = [dict(record) for record in records]
        columns = dict.fromkeys([*keys, *measures, *(column for row in rows for column in row)])
        # an array of objects: pandas would make floats of integers beside a None
        frame = pd.DataFrame(
            {column: pd.Series([row.get(column) for row in rows], dtype=object) for column in columns}
        )
        return cls(name, frame, keys, measures, **others)

    @classmethod
    def of_counts(
        cls, name: str, frame: pd.DataFrame, measure: str, about: str, **keys: Sequence[Any]
    ) -> Sheet:
        """Count the rows of each combination of some columns' values, those without a row among them.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"verdict": ["agrees", "agrees"]})
        >>> sheet = Sheet.of_counts("verdicts", frame, "tests", "rows", verdict=["agrees", "differs"])
        >>> [(value.name, value.text) for value in sheet.values()]
        [('tests/agrees', '2'), ('tests/differs', '0')]
        """
        seen = Counter(zip(*(frame[key].tolist() for key in keys), strict=True)) if keys else {(): len(frame)}
        records = (
            {**dict(zip(keys, values, strict=True)), measure: seen.get(values, 0)}
            for values in product(*keys.values())
        )
        return cls.of_records(name, tuple(keys), {measure: Measure(about, Count())}, records)

    def records(self) -> list[dict[str, Any]]:
        """Return the rows, each by column."""
        columns = list(self.frame.columns)
        return [
            dict(zip(columns, values, strict=True))
            for values in zip(*(self.frame[column].tolist() for column in columns), strict=True)
        ]

    def formats(self, columns: Iterable[str]) -> dict[str, Format]:
        """Return how some measures and laws are written, of those columns that are one.

        >>> import pandas as pd
        >>> frame = pd.DataFrame({"label": ["jump"], "cv": [0.1], "law": [0.1]})
        >>> sheet = Sheet("loads", frame, ("label",), {"cv": Measure("mean of cv", Count(1), law="law")})
        >>> sheet.formats(["label", "cv", "law"])
        {'cv': Count(digits=1, whole=False), 'law': Count(digits=1, whole=False)}
        """
        known = {measure.law: single(measure.format) for measure in self.measures.values() if measure.law}
        known |= {name: measure.format for name, measure in self.measures.items()}
        return {column: known[column] for column in columns if column in known}

    def where(self, **keys: Any) -> pd.DataFrame:
        """Return the rows in which some columns have some values."""
        part = self.frame
        for column, value in keys.items():
            part = part[part[column] == value]
        return part

    def series(self, measure: str, **keys: Any) -> dict[Any, Any]:
        """Return a measure by the one key that is left where all others have some values."""
        left = [key for key in self.keys if key not in keys]
        if len(left) != 1:
            raise ValueError(f"sheet {self.name!r}: {', '.join(left) or 'no key'} is left; leave one")
        part = self.where(**keys)
        return dict(zip(part[left[0]].tolist(), part[measure].tolist(), strict=True))

    def values(self) -> Iterator[Value]:
        """Yield every number of the sheet that is there, with its name and its source.

        The ends of an interval and a law are written as the number alone would be.
        """
        for record in self.records():
            keys = [(key, record[key]) for key in self.keys]
            path = self._path(record)
            where = ", ".join(f"{key} = {_written(value)}" for key, value in keys)
            for name, measure in self.measures.items():
                alone = single(measure.format)
                for column, what, form in (
                    (name, measure.about, measure.format),
                    (measure.law, f"the law of {name}", alone),
                    (measure.low, f"the lower end of {name}", alone),
                    (measure.high, f"the upper end of {name}", alone),
                ):
                    if column and not is_missing(record[column]):
                        yield Value(
                            f"{column}/{path}".rstrip("/"),
                            record[column],
                            form.text(record[column], record),
                            form.latex(record[column], record),
                            f"{self.rows}: {what}" + (f" where {where}" if where else ""),
                            alone,
                        )

    def _path(self, record: Mapping[str, Any]) -> str:
        """Return the keys of a row as a name has them."""
        return "/".join(
            _written(record[key]) for key in self.keys if record[key] != self.usual.get(key, _NO_KEY)
        )


@dataclass(frozen=True)
class Summary:
    """All sheets of a run.

    Parameters
    ----------
    sheets
        In the order in which they are shown.

    Examples
    --------
    >>> import pandas as pd
    >>> from experiments.report.tables.formats import Percent
    >>> frame = pd.DataFrame({"event": ["add:1"], "label": ["jump"], "movement": [0.0589]})
    >>> sheet = Sheet("events", frame, ("event", "label"), {"movement": Measure("mean", Percent(2))})
    >>> Summary([sheet]).value("movement/add:1/jump").text
    '5.89 %'
    """

    sheets: Iterable[Sheet] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sheets", tuple(self.sheets))
        names = [sheet.name for sheet in self.sheets]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"two sheets are named {twice[0]!r}")

    def __getitem__(self, name: str) -> Sheet:
        for sheet in self.sheets:
            if sheet.name == name:
                return sheet
        raise KeyError(
            f"no sheet is named {name!r}: there are {', '.join(sheet.name for sheet in self.sheets)}"
        )

    @cached_property
    def values(self) -> Mapping[str, Value]:
        """Every number by its name; a name that two sheets give is theirs with the sheet's name before it."""
        seen: dict[str, list[tuple[Sheet, Value]]] = {}
        for sheet in self.sheets:
            for value in sheet.values():
                seen.setdefault(value.name, []).append((sheet, value))
        named: dict[str, Value] = {}
        for name, known in seen.items():
            for sheet, value in known:
                named[name if len({id(s) for s, _ in known}) == 1 else f"{sheet.name}/{name}"] = value
        return named

    def value(self, name: str) -> Value:
        """Return one number by its name; raises LookupError with the names that are most like it."""
        if name not in self.values:
            near = _near(name, list(self.values))
            raise LookupError(f"no number is named {name!r}" + (f"; near: {', '.join(near)}" if near else ""))
        return self.values[name]


_NO_KEY = object()


def _near(name: str, names: Sequence[str], most: int = 5) -> list[str]:
    """Return the names most like one, the nearest first; those of the same measure where it is one.

    Examples
    --------
    >>> names = ["cv/16/jump", "cv/16/ring", "cv/256/jump", "movement/16/jump"]
    >>> _near("cv/16/jumb", names, 2), _near("movment/16/jump", names, 1), _near("tea", names)
    (['cv/16/jump', 'cv/256/jump'], ['movement/16/jump'], [])
    """
    measure = name.partition("/")[0]
    same = [other for other in names if other.partition("/")[0] == measure]
    if same:
        return get_close_matches(name, same, most, cutoff=0)
    measures = list(dict.fromkeys(other.partition("/")[0] for other in names))
    like = get_close_matches(measure, measures, 1)
    if like:
        return _near("/".join([like[0], *name.split("/")[1:]]), names, most)
    return get_close_matches(name, names, most)


def _written(key: Any) -> str:
    return str(int(key)) if isinstance(key, float) and key == int(key) else str(key)
