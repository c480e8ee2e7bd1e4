"""Whatever a caller does wrong is an exception of Python, never a crash of the process."""
import gc
import os
import threading

import pytest

import cbank
from cbank.api.v1 import CreditListRequest, LearnerFindRequest
from conftest import VECTORS


def test_what_is_closed_says_so(scene, verifier, whole):
    bank, key = cbank.Bank(scene.path), cbank.Key.new()
    group = bank.learner
    for handle in (bank, key, verifier):
        handle.close()
        handle.close()
        assert handle.closed
    for call in (bank.info, key.show, lambda: verifier.verify(whole, "COLLEGE-B"),
                 lambda: group.show(account="x"), lambda: bank.__enter__()):
        with pytest.raises(cbank.ClosedError):
            call()
    with pytest.raises(ValueError):
        bank.info()


def test_nothing_is_no_handle_and_no_request(scene):
    for wrong in (None, 1, "key", scene.bank):
        with pytest.raises(TypeError):
            scene.bank.credit.issue(wrong, institution="COLLEGE-A")
    for wrong in (1, "text", CreditListRequest()):
        with pytest.raises(TypeError):
            scene.bank.learner.find(wrong)
    for call in (lambda: cbank.Verifier(None, None), lambda: cbank.Bank(None),
                 lambda: cbank.Key.open(None), lambda: scene.bank.learner.find(nothing="x"),
                 lambda: scene.bank.learner.find(LearnerFindRequest(), document_type="cn-id")):
        with pytest.raises((TypeError, ValueError, cbank.CbankError)):
            call()
    with pytest.raises(ValueError):
        cbank.Key.open("a\0b")


def test_no_bytes_crash_it(scene, verifier, whole, pinned):
    for size in (0, 1, 2, 17, 300, len(whole) - 1):
        with pytest.raises(cbank.CbankError):
            verifier.verify(whole[:size], "COLLEGE-B", at=pinned["at"])
        with pytest.raises(cbank.CbankError):
            scene.bank.learner.find(b"\xff" * size if size else b"\x00")
        with pytest.raises(cbank.CbankError):
            scene.bank.credit.deposit().run(whole[:size])
    for at in range(0, len(whole), 37):
        changed = bytearray(whole)
        changed[at] ^= 4
        with pytest.raises(cbank.CbankError):
            verifier.verify(bytes(changed), "COLLEGE-B", at=pinned["at"])


def test_a_dropped_bank_is_closed_by_the_collector(scene):
    for _ in range(20):
        bank = cbank.Bank(scene.path)
        bank.learner.each()  # a group that holds it, never run
        job = bank.check()
        job.step()
        job.ring, bank.ring = bank, job  # a cycle, so that only the collector finds it
        del bank, job
    gc.collect()
    with cbank.Bank(scene.path) as again:
        assert again.check().run().ok


def test_a_bank_is_closed_while_others_use_it(scene):
    """Calls that run end well; those that come too late are told."""
    bank, told, ready = cbank.Bank(scene.path), [], threading.Barrier(5)

    def use():
        ready.wait()
        try:
            while True:
                bank.info()
        except cbank.ClosedError as error:
            told.append(error)
    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    ready.wait()
    bank.close()
    for thread in threads:
        thread.join()
    assert len(told) == 4


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_is_told_and_closes_in_peace(scene):
    bank = cbank.Bank(scene.path)
    child = os.fork()
    if child == 0:
        said = 1
        try:
            bank.info()
        except cbank.ForkedError:
            bank.close()
            with cbank.Bank(scene.path) as own:
                said = 0 if own.info().accounts else 2
        finally:
            os._exit(said)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert bank.info().accounts == 2
    bank.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_goes_on_verifying(verifier, whole, pinned):
    child = os.fork()
    if child == 0:
        said = 1
        try:
            report = verifier.verify(whole, "COLLEGE-B", at=pinned["at"])
            said = 0 if report.verdict == "VALID" else 2
        finally:
            os._exit(said)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_sixteen_threads_verify_at_once(verifier, whole, pinned):
    changed = (VECTORS / "changed.transcript").read_bytes()
    ready, wrong = threading.Barrier(16), []

    def verify():
        ready.wait()
        for _ in range(100):
            if verifier.verify(whole, "COLLEGE-B", at=pinned["at"]).verdict != "VALID":
                wrong.append("not valid")
            try:
                verifier.verify(changed, "COLLEGE-B", at=pinned["at"])
                wrong.append("valid")
            except cbank.VerificationError as error:
                if error.reason != "BAD_SIGNATURE":
                    wrong.append(error.reason)
    threads = [threading.Thread(target=verify) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
