"""``--emu-jitter``: calls take a little longer, some more than others, so that what was in flight by luck meets.

The server draws from a seed that follows from the test and the repetition: the same run jitters the same way again.
"""

from __future__ import annotations

from typing import Any

from emu.testing.control import Control, segment

_STEPS = 4


class Jitter:
    """Latency rules on the server: a call is delayed by 0 to ``ms_max``, in steps of a quarter, each as likely.

    The oldest rule that meets a call counts, so these are renewed behind every rule that the test adds.
    """

    def __init__(self, ms_max: int, seed: str) -> None:
        self._ms_max = ms_max
        self._seed = seed
        self._ids: list[str] = []

    def install(self, control: Control) -> None:
        """Puts the rules behind all others; those of before are gone."""
        self._remove(control)
        for step in range(_STEPS):
            answer = control.post("/kumo/faults", self._rule(step))
            self._ids.append(str(answer["id"]))

    def forget(self) -> None:
        """The server that held the rules is gone."""
        self._ids.clear()

    def _rule(self, step: int) -> dict[str, Any]:
        return {
            "kind": "latency",
            "latency_ms": max(1, round(self._ms_max * (_STEPS - step) / _STEPS)),
            "probability": 1 / (_STEPS + 1 - step),
            "seed": f"{self._seed} {step}",
        }

    def _remove(self, control: Control) -> None:
        present = {rule["id"] for rule in control.get("/kumo/faults")["faults"]}
        for rule_id in self._ids:
            if rule_id in present:
                control.delete(f"/kumo/faults/{segment(rule_id)}")
        self.forget()
