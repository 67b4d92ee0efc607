"""A kernel that was started is asked until it answers and what it shows arrives."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from queue import Empty
from typing import Any, cast

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from lakebook.kernel_answer import answer


class Channel:
    def __init__(self) -> None:
        self.messages: deque[dict[str, Any]] = deque()
        self.silences = 0

    async def get_msg(self, timeout: float) -> dict[str, Any]:
        if not self.messages:
            self.silences += 1
            raise Empty
        return self.messages.popleft()


class Kernel:
    """Manager and client of a kernel, of which the first answers and the first things shown go astray."""

    def __init__(
        self, answers_lost: int = 0, shown_lost: int = 0, alive: bool = True, states: Sequence[str] = ("busy", "idle")
    ) -> None:
        self.shell_channel, self.iopub_channel = Channel(), Channel()
        self.asked = 0
        self._answers_lost, self._shown_lost, self._alive, self._states = answers_lost, shown_lost, alive, states

    def kernel_info(self) -> str:
        self.asked += 1
        if self.asked > self._answers_lost:
            self._send(self.shell_channel, "kernel_info_reply", number=self.asked)
        if self.asked > self._shown_lost:
            for state in self._states:
                self._send(self.iopub_channel, "status", execution_state=state)
        return str(self.asked)

    def _send(self, channel: Channel, kind: str, **content: Any) -> None:
        channel.messages.append({"parent_header": {"msg_id": str(self.asked)}, "msg_type": kind, "content": content})

    async def is_alive(self) -> bool:
        return self._alive

    def answer(self, patience: float = 60.0) -> dict[str, Any]:
        manager, client = cast(AsyncKernelManager, self), cast(AsyncKernelClient, self)
        return asyncio.run(answer(manager, client, patience))


@pytest.mark.parametrize("lost", [{}, {"answers_lost": 1}, {"shown_lost": 1}, {"answers_lost": 1, "shown_lost": 2}])
def test_it_is_asked_until_all_of_an_answer_has_arrived(lost: dict[str, int]) -> None:
    kernel = Kernel(**lost)
    assert kernel.answer() == {"number": max(lost.values(), default=0) + 1}
    assert kernel.asked == max(lost.values(), default=0) + 1


def test_nothing_of_the_answer_is_left_for_the_first_cell() -> None:
    kernel = Kernel(answers_lost=1)
    kernel.answer()
    assert not kernel.iopub_channel.messages
    assert not kernel.shell_channel.messages


def test_an_answer_to_an_earlier_question_is_not_taken_for_the_last_ones() -> None:
    kernel = Kernel()
    kernel.kernel_info()
    assert kernel.answer() == {"number": 2}
    assert not kernel.shell_channel.messages


def test_when_all_has_arrived_nothing_more_is_waited_for() -> None:
    kernel = Kernel()
    kernel.answer()
    assert (kernel.shell_channel.silences, kernel.iopub_channel.silences) == (0, 0)


def test_a_kernel_that_never_says_that_it_is_idle_is_heard_all_the_same() -> None:
    kernel = Kernel(states=["busy"])
    assert kernel.answer(patience=5.0) == {"number": 1}
    assert not kernel.iopub_channel.messages


def test_a_kernel_that_died_is_not_waited_for() -> None:
    with pytest.raises(RuntimeError, match=r"^it died before it answered$"):
        Kernel(answers_lost=9, alive=False).answer()


def test_a_kernel_that_does_not_answer_is_given_up() -> None:
    with pytest.raises(RuntimeError, match=r"^it did not answer within 0 seconds$"):
        Kernel(answers_lost=10**9).answer(patience=0.05)
