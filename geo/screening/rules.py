"""
The office's rules as data: lists, thresholds and weights, read from a TOML file with document, number and date.

A rules file is checked as a whole before anything is judged by it: every fault at once, with line and place. What a
file does not state is no data; no gate passes for want of a rule. docs/screening.md describes every table.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import GeoError
from geo.screening.faults import RulesFault
from geo.screening.rule_faults import check_rules
from geo.screening.wording import NOTHING, Wording, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geo.plan import Plan

_FOLDER = Path(__file__).parents[1] / "data" / "rules"
DEFAULT_RULES = _FOLDER / "default.toml"
#: Every table filled with invented values: for tests and for reading, never for real projects.
SYNTHETIC_RULES = _FOLDER / "example-synthetic.toml"
_MARK = Wording("【示例数据，虚构】", "[example, made up] ")
Table = tuple[dict[str, Any], ...]


class RulesError(GeoError):
    """
    A rules file that cannot be used, with every fault that was found in it.

    Parameters
    ----------
    path
        The file.
    faults
        All faults, by line.
    """

    def __init__(self, path: object, faults: Sequence[RulesFault]) -> None:
        self.faults = list(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        # A page shows the lines as a list.
        lines_zh = "\n".join(f"- {fault.zh}" for fault in self.faults)
        self.zh = f"规则文件有{len(self.faults)}处错误，请改正后重新读取：\n{lines_zh}"
        name = Path(str(path)).name
        super().__init__(f"the rules file {name} has {len(self.faults)} fault(s); mend them and run again:\n{lines}")


@dataclass(frozen=True, eq=False, repr=False)
class Rules:
    """
    Rules that projects are judged by; nobody changes them.

    Parameters
    ----------
    file
        Name of the file.
    content
        As parsed and checked.
    sha256
        Of the file's bytes, in hexadecimal.
    """

    file: str
    content: Mapping[str, Any]
    sha256: str = ""

    @property
    def is_synthetic(self) -> bool:
        """Whether the values are invented, for tests and reading only."""
        return bool(self.content["rules"]["synthetic"])

    @property
    def label(self) -> str:
        """Title, file and version, as reports say it."""
        return self.said.zh

    @property
    def said(self) -> Wording:
        """The label in both languages; a title that the file has in Chinese only stands quoted in the English."""
        head = self.content["rules"]
        return Wording(
            f"{self._mark.zh}{head['title_zh']}（{self.file}，版本{head['version']}，{head['date']}）",
            f"{self._mark.en}{_title_en(head)} ({self.file}, version {head['version']}, {head['date']})",
        )

    @property
    def _mark(self) -> Wording:
        return _MARK if self.is_synthetic else NOTHING

    def rows(self, table: str) -> Table:
        """
        Return the rows of one table.

        Parameters
        ----------
        table
            Such as `land_standard`.

        Returns
        -------
        rows
            Empty where the file does not have it.
        """
        return tuple(self.content.get(table, ()))

    def cite(self, row: Mapping[str, Any]) -> str:
        """
        Say which document and row stands behind a rule.

        Parameters
        ----------
        row
            A rule with `document` and `row`.

        Returns
        -------
        cite
            Title, number, date and row, marked when the rules are synthetic.
        """
        return self.source(row).zh

    def source(self, row: Mapping[str, Any]) -> Wording:
        """
        Say in both languages which document and row stands behind a rule.

        Parameters
        ----------
        row
            A rule with `document` and `row`.

        Returns
        -------
        source
            What `cite` says; in the English, number and row are quoted as the office states them.
        """
        document = self.content["documents"][row["document"]]
        return Wording(
            f"{self._mark.zh}《{document['title_zh']}》（{document['number']}，{document['date']}）{row['row']}",
            f"{self._mark.en}{_title_en(document)} ({quoted(document['number'])}, {document['date']}), "
            f"{quoted(row['row'])}",
        )

    def lacks(self, table: str) -> Wording:
        """
        Say that the file does not have a table.

        Parameters
        ----------
        table
            Its name.

        Returns
        -------
        cite
            What a gate without rules cites.
        """
        return Wording(f"{self.said.zh}未提供[{table}]", f"{self.said.en} does not give [{table}]")


def _title_en(titled: Mapping[str, Any]) -> str:
    return str(titled.get("title_en") or quoted(titled["title_zh"]))


def read_rules(path: str | Path = DEFAULT_RULES, *, plan: Plan | None = None) -> Rules:
    """
    Read and check a rules file.

    Parameters
    ----------
    path
        TOML, UTF-8.
    plan
        If given, parks that the rules name must be its parks.

    Returns
    -------
    rules
        Ready to judge by.

    Raises
    ------
    RulesError
        If the file cannot be read or has any fault; all of them are listed.

    Examples
    --------
    >>> read_rules().rows("land_standard")
    ()
    >>> read_rules(SYNTHETIC_RULES).is_synthetic
    True
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        missing = Wording(f"无法读取（{error.strerror}）；请给出文件路径", f"{error.strerror}; give its path")
        raise RulesError(file, [RulesFault(file.name, None, None, "missing-file", missing.en, missing.zh)]) from error
    except UnicodeDecodeError as error:
        encoded = Wording(f"不是UTF-8（{error}）；请另存为UTF-8", f"{error}; save it as UTF-8")
        raise RulesError(file, [RulesFault(file.name, None, None, "encoding", encoded.en, encoded.zh)]) from error
    faults = check_rules(text, file.name, plan=plan)
    if faults:
        raise RulesError(file, faults)
    return Rules(file.name, tomllib.loads(text), hashlib.sha256(file.read_bytes()).hexdigest())
