"""What poor hash functions do to each algorithm: the loads of `balance`, one function beside the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.balance.measure import Balance

if TYPE_CHECKING:
    from experiments.balance.measure import BalanceParameters
    from experiments.harness.experiment import Presentation, Results


class Hashes(Balance):
    """The cases of `balance`, shown by hash function: how far each is from random hashes."""

    name = "hashes"
    title = "what poor hash functions do to each algorithm: loads beside those of random hashes"
    section = 25

    def present(self, results: Results[BalanceParameters]) -> Presentation:
        """Show CV over the CV of random hashes, and the fullest node, by algorithm and hash function."""
        from experiments.hashes import show as shown

        return shown.present(results)


EXPERIMENT = Hashes()
