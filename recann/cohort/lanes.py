"""Patients drawn up by several processes; one connection sends their rows, in its transaction."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess

from recann.cohort.rows import Writer


# What one process does: it writes its share of the patients.
Share = Callable[[Writer], None]
# Sheet by sheet: rows written, and the last id.
Counts = list[tuple[int, int]]


def fill(writers: Sequence[Writer], shares: Sequence[Share]) -> dict[str, int]:
    """Let each writer do its share in a process of its own; return the rows by table.

    No process but this one speaks to the database.

    :raises RuntimeError: a process ended before its share did
    """
    forking = multiprocessing.get_context("fork")
    running: dict[Connection, ForkProcess] = {}
    for rank, (writer, share) in enumerate(zip(writers, shares, strict=True)):
        for sheet in writer.sheets:
            sheet.take_lane(rank, len(writers))
        ours, theirs = forking.Pipe(duplex=False)
        ends = [*running, ours]
        process = forking.Process(target=_draw_up, args=(writer, share, theirs, ends), daemon=True)
        process.start()
        theirs.close()
        running[ours] = process
    counted = list(_send(writers[0], list(running)))
    for process in running.values():
        process.join()
    return _total(writers[0], counted)


def _draw_up(writer: Writer, share: Share, pipe: Connection, ends: list[Connection]) -> None:
    for end in ends:
        end.close()  # or a pipe that nobody reads any more would never break
    for number, sheet in enumerate(writer.sheets):
        sheet.send = partial(_give, pipe, number)
    share(writer)
    for sheet in writer.sheets:
        sheet.flush()
    pipe.send([(sheet.added, sheet.next_id - sheet.stride) for sheet in writer.sheets])
    pipe.close()


def _give(pipe: Connection, number: int, text: str) -> None:
    pipe.send((number, text))


def _send(writer: Writer, pipes: list[Connection]) -> Iterator[Counts]:
    """Send rows as they come; yield what each process counted when it ends."""
    while pipes:
        for pipe in wait(pipes):
            assert isinstance(pipe, Connection)  # noqa: S101  what was given
            try:
                given = pipe.recv()
            except EOFError:
                raise RuntimeError("A process that draws up patients has died.") from None
            if isinstance(given, list):
                pipes.remove(pipe)
                yield given
            else:
                number, text = given
                writer.sheets[number].send(text)


def _total(writer: Writer, counted: list[Counts]) -> dict[str, int]:
    """Let each table's own counter go on after the last id; return the rows by table."""
    rows = {}
    for number, sheet in enumerate(writer.sheets):
        sheet.advance(max(counts[number][1] for counts in counted))
        rows[sheet.model._meta.db_table] = sum(counts[number][0] for counts in counted)
    return rows
