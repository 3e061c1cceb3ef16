"""
Does this project fit this park: gates first, then ranked candidates, each step with the line that says so.

A project (`projects`, `batch`) is matched to the plan's fields (`vocabulary`, `matching`, `industries`), judged by
gates (`gates`: `lists`, `declarations`, `opinions`, `industry_gates`, `park_gates`, `thresholds`, after the office's
`rules`), and offered parks (`candidates`, `changes`, `ranking`, `robustness`); what is said is said in both languages
(`wording`); `answers` puts the steps in their order, `workbook` and `command` hand the answers out.
"""

from geo.screening.answers import screen_project, screen_projects

__all__ = ["screen_project", "screen_projects"]
