"""However often it is called, the process does not grow. CBANK_CALLS=1000000 for the long run."""
import gc
import os

import pytest

import cbank
from conftest import NUMBER, ORIGIN, SHEET, rows

CALLS = int(os.environ.get("CBANK_CALLS", "4000"))
ALLOWED = 2 << 20


def held():
    """What the process made and holds, in memory or moved out of it: not the pages of files, which
    come and go as the system likes, in a long run more than once."""
    gc.collect()
    with open("/proc/self/smaps_rollup", encoding="ascii") as told:
        sizes = {line.split(":")[0]: line.split()[1] for line in list(told)[1:]}
    return (int(sizes["Anonymous"]) + int(sizes["Swap"])) * 1024


def grows(call, count):
    """How many bytes the process grows by, once it is warm."""
    for _ in range(min(count, 1000)):
        call()
    before = held()
    for _ in range(count):
        call()
    return held() - before


@pytest.mark.skipif(not os.path.exists("/proc/self/smaps_rollup"), reason="SKIPPED: needs /proc")
class TestTheProcess:
    def test_does_not_grow_by_verifying(self, verifier, whole, pinned):
        def call():
            assert verifier.verify(whole, "COLLEGE-B", at=pinned["at"]).items[1].title
        assert grows(call, CALLS // 2) < ALLOWED

    def test_does_not_grow_by_errors(self, verifier, whole):
        def call():
            with pytest.raises(cbank.VerificationError):
                verifier.verify(whole, "COLLEGE-X")
        assert grows(call, CALLS // 2) < ALLOWED

    def test_does_not_grow_by_asking_a_bank(self, scene):
        def call():
            scene.bank.learner.find(document_type="cn-id", document_number=NUMBER)
        assert grows(call, CALLS) < ALLOWED

    def test_does_not_grow_by_handles_and_jobs(self, scene):
        sheet = rows(3)

        def call():
            with cbank.Key.new() as key:
                job = cbank.credit_sign(key, institution="COLLEGE-A", origin=ORIGIN, sheet=SHEET)
                job.step()
                job.feed(sheet)
            scene.bank.check().step(0)
        assert grows(call, CALLS // 8) < ALLOWED
