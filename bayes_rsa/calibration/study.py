"""Many simulations of one configuration: in threads, resumable, repeated once if need be."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bayes_rsa.calibration.generator import Truth
from bayes_rsa.calibration.nuts import Engine
from bayes_rsa.calibration.quantities import Quantities
from bayes_rsa.calibration.record import Calibration
from bayes_rsa.calibration.simulation import simulate
from bayes_rsa.journal import Journal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Study:
    """What is simulated, and by what it is judged.

    Parameters
    ----------
    model, kind, config
        As in :class:`Calibration`.
    truth
        The true values and the data of a simulation, from its attempt, index and seed.
    engine
        What draws from the posterior.
    quantities
        The test quantities.
    draws
        Number of posterior draws that each true value is ranked among.
    seed
        Seed of the whole.
    """

    model: str
    kind: str
    config: Mapping[str, Any]
    truth: Callable[[int, int, int], Truth]
    engine: Engine
    quantities: Quantities
    draws: int
    seed: int

    def run(
        self,
        simulations: int,
        *,
        attempts: int,
        path: Path | None,
        workers: int | None,
        progress: bool,
    ) -> Calibration:
        """Run the simulations; if a quantity leaves its bands, twice as many with fresh seeds."""
        config = {**self.config, "draws": self.draws, "seed": self.seed}
        journal = Journal(path, config, field="path")
        result: Calibration | None = None
        for attempt in range(attempts):
            result = self._attempt(
                attempt, simulations * 2**attempt, journal, workers, progress, result
            )
            if result.passed:
                break
        assert result is not None
        return result

    def _attempt(
        self,
        attempt: int,
        simulations: int,
        journal: Journal,
        workers: int | None,
        progress: bool,
        first: Calibration | None,
    ) -> Calibration:
        names: tuple[str, ...] = self._names()
        missing = [i for i in range(simulations) if _key(attempt, i) not in journal.results]
        # Drawn in one thread: the generator's random numbers live in its compiled graph.
        truths = {i: self._truth(attempt, i) for i in missing}

        def one(index: int) -> tuple[int, dict[str, Any]]:
            try:
                outcome = simulate(
                    truths[index],
                    self.engine,
                    self.quantities,
                    size=self.draws,
                    seed=self._seeds(attempt, index)[1],
                )
            except RuntimeError as error:
                error.add_note(f"in simulation {index} of {self.model}: {dict(truths[index].data)}")
                raise
            return index, {
                "ranks": [outcome.ranks[name] for name in names],
                "divergences": outcome.divergences,
                "short": outcome.short,
            }

        title = f"{self.model}, {self.kind}" + (", repeated" if attempt else "")
        with (
            _bar(progress, title, simulations, simulations - len(missing)) as advance,
            ThreadPoolExecutor(workers or os.cpu_count() or 1) as threads,
        ):
            try:
                for done in as_completed([threads.submit(one, i) for i in missing]):
                    index, row = done.result()
                    journal.add(_key(attempt, index), row)
                    advance()
            except BaseException:
                threads.shutdown(wait=True, cancel_futures=True)
                raise
        rows = [journal.results[_key(attempt, i)] for i in range(simulations)]
        table: Integers = np.array([row["ranks"] for row in rows], dtype=np.int64)
        return Calibration(
            model=self.model,
            kind=self.kind,
            ranks={name: table[:, k] for k, name in enumerate(names)},
            largest=self.draws,
            seed=self.seed,
            config=self.config,
            divergent=sum(row["divergences"] > 0 for row in rows),
            short=sum(row["short"] for row in rows),
            first=first,
        )

    def _names(self) -> tuple[str, ...]:
        """Names of the test quantities, in order."""
        truth = self._truth(0, 0)
        values = {name: np.asarray(value)[None] for name, value in truth.values.items()}
        return tuple(self.quantities(values, truth.data))

    def _truth(self, attempt: int, index: int) -> Truth:
        (seed,) = self._seeds(attempt, index)[0].generate_state(1, np.uint32)
        return self.truth(attempt, index, int(seed))

    def _seeds(self, attempt: int, index: int) -> list[np.random.SeedSequence]:
        """Seeds of the truth and of the draws: they depend on the simulation's number alone."""
        return np.random.SeedSequence(self.seed, spawn_key=(attempt, index)).spawn(2)


def _key(attempt: int, index: int) -> str:
    """A simulation's key in the journal."""
    return f"{attempt}/{index}"


@contextmanager
def _bar(show: bool, title: str, total: int, done: int) -> Iterator[Callable[[], None]]:
    """A progress bar, or nothing; yields what moves it by one."""
    if not show:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total, completed=done)
        yield lambda: progress.advance(task)
