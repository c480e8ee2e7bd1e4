"""Everything that the header offers, as a college, a bank and a partner use it."""
import datetime
from decimal import Decimal

import pytest

import cbank
from cbank.api.v1 import OUTCOME_KIND_DEPOSITED, CREDIT_STATUS_REVOKED
from cbank.v1 import ClaimHead, Plan, CLAIM_RESULT_NOT_MET, RECORD_TYPE_COURSE
from conftest import NUMBER, ORIGIN, SHEET, VECTORS, Scene, rows


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """A scene of this module's own, with rules and a programme published."""
    made = Scene(tmp_path_factory.mktemp("town"))
    for names in (("rules.yaml",), ("programme.yaml", "rules.yaml")):
        job = cbank.rules_sign(made.key, documents=[
            {"name": name, "content": (VECTORS / name).read_bytes()} for name in names])
        assert job.run().errors == 0
        made.bank.publication.publish().run(job.output)
    return made


def test_a_bank_says_what_it_holds(town):
    info = town.bank.info()
    assert (info.origin, info.accounts, info.institutions) == (ORIGIN, 2, 1)
    assert town.imported.deposited == 4 and cbank.totals(town.imported.totals) == {
        "credit": Decimal("11.625")}


def test_a_record_is_issued_amended_revoked_and_proven(town):
    day = datetime.date(2024, 9, 1)
    draft = {"account": town.account, "record": {
        "reference": "L-1", "type": RECORD_TYPE_COURSE, "assurance": "ASSURANCE_ISSUER_VOUCHED",
        "code": "JX900", "awarded_on": day, "title": [{"lang": "zh", "value": "书法"}],
        "amounts": [cbank.amount("credit", "1.5")]}}
    issued = town.bank.credit.issue(town.key, institution="COLLEGE-A", drafts=[draft])
    assert issued.results[0].outcome == OUTCOME_KIND_DEPOSITED
    id = issued.results[0].id
    shown = town.bank.credit.show(id=id)
    assert cbank.day(shown.record.awarded_on) == day
    assert town.bank.log.prove(id=id).proof.startswith(b"c2sp.org/tlog-proof@v1\n")
    town.bank.credit.change(town.key, institution="COLLEGE-A", ids=[id],
                            action="CHANGE_ACTION_REVOKE", reason="error")
    assert town.bank.credit.show(id=id).status == CREDIT_STATUS_REVOKED


def test_lists_are_iterated_page_by_page(town):
    ids = [each.id for each in town.bank.credit.each(account=town.account, limit=1)]
    whole = town.bank.credit.list(account=town.account)
    assert ids == [each.id for each in whole.credits] and len(ids) >= 3
    assert [each.institution for each in town.bank.institution.each(limit=1)] == ["COLLEGE-A"]
    assert len(list(town.bank.batch.each(limit=1))) >= 1
    assert {each.publication.id for each in town.bank.publication.each(limit=1)} == {
        "example/rules", "example/programme"}
    assert len(list(town.bank.learner.each(account=town.account, limit=2))) >= 4


def test_a_plan_says_what_counts_and_why(town):
    made = town.bank.plan.make(account=town.account, programme="example/programme",
                               goal="PLAN_GOAL_CREDIT", as_of=datetime.date(2024, 9, 1))
    plan = Plan.FromString(made.plan)
    assert plan.optimal and cbank.number(plan.measures.counted_milli) == 4
    assert [each.rule for each in plan.applications] == ["mathematics"]
    assert len(plan.refusals) >= 2


def test_what_is_wrong_with_rules_is_told_with_its_place():
    checked = cbank.rules_check(lang="en", documents=[
        {"name": "wrong.yaml", "content": (VECTORS / "wrong.yaml").read_bytes()}]).run()
    assert [(each.code, each.line) for each in checked.findings] == [
        ("LINT_OVERLAP", 18), ("FORM_VALUE", 23)]


def test_a_college_signs_and_the_bank_deposits(town):
    job = cbank.credit_sign(town.key, institution="COLLEGE-A", origin=ORIGIN, number=77,
                            sheet=SHEET)
    assert job.run(rows(6, first=500)).deposited == 6
    taken = town.bank.credit.deposit(open_accounts=True).run(job.output)
    assert (taken.deposited, taken.batch_number) == (6, 77)


def test_a_transcript_is_issued_and_verified(town):
    file = town.transcript().file
    with town.verifier() as verifier:
        report = verifier.verify(file, "COLLEGE-B")
        assert report.holder_name == "甲一" and report.bank_name == "示范学分银行"
        with pytest.raises(cbank.VerificationError) as caught:
            verifier.verify(file, "COLLEGE-X")
    assert caught.value.reason == "RECIPIENT_OTHER"
    assert caught.value.report.verdict == "WRONG_RECIPIENT"
    assert cbank.transcript_show(file=file).verdict == "UNVERIFIED"


def test_a_claim_is_issued_and_verified(town):
    issued = town.bank.claim.issue(question={
        "account": town.account, "programme": "example/programme", "goal": "PLAN_GOAL_AWARD"},
        recipient="COLLEGE-B", ground={"basis": "legal-duty"}, document="T-1")
    with town.verifier() as verifier:
        claim = verifier.claim_verify(file=issued.file, recipient="COLLEGE-B").claim
    assert isinstance(claim, ClaimHead) and claim.result == CLAIM_RESULT_NOT_MET
    assert cbank.number(claim.reached_milli) == 4
    town.bank.claim.withdraw(account=town.account, file=issued.file, reason="error")
    status = town.bank.status().file
    with town.verifier() as verifier, pytest.raises(cbank.VerificationError) as caught:
        verifier.claim_verify(file=issued.file, recipient="COLLEGE-B", status=status)
    assert (caught.value.reason, caught.value.report.verdict) == ("CLAIM_RECALLED", "STALE")


def test_keys_are_saved_and_opened(tmp_path, town):
    with cbank.Key.new("sm3-sm2") as key:
        key.save(tmp_path / "a.key", "correct horse")
        fingerprint = key.fingerprint
    with cbank.Key.open(tmp_path / "a.key", b"correct horse") as key:
        assert key.fingerprint == fingerprint
    assert cbank.key_show_public(str(tmp_path / "a.key.pub")).fingerprint == fingerprint
    with pytest.raises(cbank.DeniedError):
        cbank.Key.open(tmp_path / "a.key", "wrong")
    with pytest.raises(cbank.NotFoundError):
        cbank.Key.open(tmp_path / "none.key")
    cbank.save_reference_key(tmp_path / "reference")
    assert len(cbank.open_reference_key(tmp_path / "reference")) == 32
    cbank.save_reference_key(tmp_path / "kept", bank=town.bank, institution="COLLEGE-A")
    assert cbank.open_reference_key(tmp_path / "kept") != cbank.open_reference_key(
        tmp_path / "reference")


def test_the_log_extends_itself_and_all_of_it_holds(town):
    size = town.bank.log.checkpoint().size
    told = town.bank.log.consistency(**{"from": 1, "to": size})
    assert told.to == size and len(told.path) >= 1
    assert town.bank.check().run().ok


def test_a_backup_is_restored(town, tmp_path):
    made = town.bank.backup(file=str(tmp_path / "copy"))
    assert made.size == town.bank.info().size


def test_errors_speak_both_languages_and_hold_no_personal_data(town):
    with pytest.raises(cbank.DataError) as caught:
        town.bank.learner.find(document_type="cn-id", document_number=NUMBER[:-1] + "3")
    error = caught.value
    assert (error.status, error.status_name, error.reason) == (204, "invalid", "BAD_CHECK_DIGIT")
    assert error.message("zh").startswith("号码的校验位不符") and error.remedy("en")
    for said in (str(error), error.message("zh"), error.object, error.detail):
        assert NUMBER[:-1] not in said
    with pytest.raises(LookupError):
        town.bank.learner.show(account="0000000009999970")


