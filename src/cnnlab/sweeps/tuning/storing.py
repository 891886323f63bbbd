"""A copy of a tuning's trials in Optuna's own storage, for `optuna-dashboard` and whatever else reads it.

It is only written: a tuning goes on by its runs, and nothing that lies in a folder or a database decides about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cnnlab.base.drafts import draft_of
from cnnlab.base.errors import ConfigError, brief
from cnnlab.outputs.study_folder import StudyFolder
from cnnlab.sweeps.tuning.sampling import optuna_module, quiet

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import FrozenTrial

JOURNAL = "optuna.log"
_MARK = "cnnlab"


class Storage:
    """Where the copy lies: a journal in the study's folder, or a database.

    Args:
        study: of the tuning; the copy is called after it.
        url: of the database; None: the journal.

    Raises:
        ConfigError: the database cannot be opened, or has a study of this name that is another's.
    """

    def __init__(self, study: StudyFolder, url: str | None) -> None:
        self._study, self._url = study, url
        self._database = None if url is None else self._opened(url)

    def write(self, trials: Sequence[FrozenTrial]) -> None:
        """Copy trials that have ended, in order; those that are there already stay."""
        with quiet():
            if self._database is None:
                self._write_journal(trials)
            else:
                self._database.add_trials(trials[len(self._database.get_trials(deepcopy=False)) :])

    def _write_journal(self, trials: Sequence[FrozenTrial]) -> None:
        """Write the whole journal anew: one that goes on with another process's has to wait for locks of the dead."""
        optuna = optuna_module()
        path = self._study.path / JOURNAL
        path.parent.mkdir(parents=True, exist_ok=True)
        part = draft_of(path)
        try:
            backend = optuna.storages.journal.JournalFileBackend(str(part))
            self._created(optuna.storages.JournalStorage(backend)).add_trials(trials)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _opened(self, url: str) -> Study:
        with quiet():
            try:
                opened = self._created(url)
            except Exception as error:  # of the database's driver, or of what is no URL
                told = f"{type(error).__name__}: {error}".strip().splitlines()[0]
                raise ConfigError(
                    f"storage: cannot be opened, got {brief(url, str)} ({told}). "
                    "Write storage=sqlite:///tuning.db, or leave it out."
                ) from None
        if opened.user_attrs.get(_MARK) is not True:
            raise ConfigError(
                f"storage: {brief(url, str)} has a study '{opened.study_name}' that is another's. "
                "Give this one another name: study=..."
            )
        return opened

    def _created(self, storage: object) -> Study:
        optuna, name = optuna_module(), self._study.path.name
        study: Study = optuna.create_study(storage=storage, study_name=name, direction="maximize", load_if_exists=True)
        if not study.user_attrs and not study.get_trials(deepcopy=False):
            study.set_user_attr(_MARK, True)
        return study
