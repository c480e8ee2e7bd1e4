"""Jobs: progress, output, cancelling, and one thread at a time."""
import io
import os
import signal
import threading
import time

import pytest

import cbank
from conftest import ORIGIN, SHEET, VECTORS, rows

LONG = 20000


@pytest.fixture(scope="module")
def key():
    return cbank.Key.new()


@pytest.fixture(scope="module")
def long_sheet():
    return rows(LONG)


def signing(key):
    return cbank.credit_sign(key, institution="COLLEGE-A", origin=ORIGIN, sheet=SHEET, lang="en")


def test_tells_how_far_it_is(key, long_sheet):
    seen = []
    job = signing(key)
    reply = job.run(long_sheet, progress=seen.append)
    assert reply.deposited == LONG and job.closed
    assert len(seen) > 3 and seen[-1].done >= seen[0].done
    assert len(job.output) > LONG * 100


def test_takes_its_input_from_anywhere(key, tmp_path):
    sheet = rows(10)
    path = tmp_path / "grades.csv"
    path.write_bytes(sheet)
    pieces = (sheet[at:at + 7] for at in range(0, len(sheet), 7))
    for source in (sheet, str(path), path, io.BytesIO(sheet), pieces, bytearray(sheet)):
        assert signing(key).run(source).deposited == 10


def test_puts_its_output_where_it_is_told(key):
    place = io.BytesIO()
    job = signing(key)
    job.run(rows(3), output=place)
    assert place.getvalue() and job.output == b""


def test_rejected_rows_are_told_and_no_failure(key):
    reply = signing(key).run(VECTORS / "bad.csv")
    assert [each.reason for each in reply.errors] == ["BAD_CHECK_DIGIT", "BAD_AMOUNT", "BAD_DATE"]


def test_is_cancelled_from_another_thread(key, long_sheet):
    job = signing(key)
    threading.Timer(0.02, job.cancel).start()
    with pytest.raises(cbank.Cancelled):
        for _ in range(100):  # however quick it is, it ends up cancelled
            job.run(long_sheet)
            job = signing(key)
            job.cancel()
    assert job.closed


def test_ctrl_c_stops_it_and_nothing_is_half_done(scene, long_sheet):
    before = scene.bank.info().size
    job = scene.begin_import()
    began = time.monotonic()

    def interrupt(progress):
        if progress.stage and not interrupt.sent:
            interrupt.sent = True
            os.kill(os.getpid(), signal.SIGINT)
    interrupt.sent = False
    with pytest.raises(KeyboardInterrupt):
        job.run(long_sheet, progress=interrupt)
    assert job.closed and time.monotonic() - began < 5
    assert scene.bank.info().size == before
    assert scene.bank.check().run().ok


def test_belongs_to_one_thread_at_a_time(key, long_sheet):
    job, met = signing(key), []
    job.step()
    job.feed(long_sheet)
    job.feed_end()
    stepping = threading.Event()

    def meanwhile():
        stepping.wait()
        while not done and not met:
            try:
                job.progress()
            except cbank.CallerError as error:
                met.append(error)
    done = []
    other = threading.Thread(target=meanwhile)
    other.start()
    stepping.set()
    try:
        for _ in range(50):
            try:
                if job.step(200) == cbank.JobState.HAS_OUTPUT:
                    job.read()
            except cbank.CallerError:
                pass  # the other one was quicker
            if met:
                break
    finally:
        done.append(True)
        other.join()
        job.close()
    assert met and "another thread" in met[0].message()


def test_other_threads_run_while_it_works(key, long_sheet):
    """The interpreter's lock is released: else nothing would count while a step takes its time."""
    job = signing(key)
    assert job.step() == cbank.JobState.NEEDS_INPUT
    job.feed(long_sheet)
    job.feed_end()
    ticks, begun, ended = [], threading.Event(), threading.Event()

    def count():
        begun.set()
        while not ended.is_set():
            ticks.append(time.monotonic())
    thread = threading.Thread(target=count)
    thread.start()
    begun.wait()
    began = time.monotonic()
    job.step(2000)
    over = time.monotonic()
    ended.set()
    thread.join()
    job.close()
    assert over - began > 0.02
    inside = [each for each in ticks if began < each < over]
    assert len(inside) > 100
    assert max(inside) - min(inside) > (over - began) / 4


def test_is_gone_after_a_failure(scene):
    job = scene.bank.credit.deposit()
    with pytest.raises(cbank.DataError):
        job.run(b"no batch")
    with pytest.raises(cbank.ClosedError):
        job.step()


def test_outlives_neither_bank_nor_key_by_being_dropped(tmp_path, scene):
    job = signing(cbank.Key.new())  # nobody else holds the key
    assert job.run(rows(2)).deposited == 2
    bank = cbank.Bank(scene.path)
    job = bank.check()
    bank.close()  # the job holds it open until it is done
    assert job.run().ok
