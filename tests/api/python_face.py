"""The public face from outside of C: ctypes, and requests made by the Python protobuf runtime.

Nothing of cbank is used but libcbank.so, what include/cbank.h says, and the classes that protoc
makes from proto/.

Usage: python_face.py LIBCBANK
"""
import ctypes
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))
import tools  # noqa: E402

OK, ARGUMENT, MALFORMED, INVALID, NOT_FOUND = 0, 101, 201, 204, 301
EXISTS, CONFLICT, UNTRUSTED_KEY, BAD_SIGNATURE, WRONG_RECIPIENT = 302, 303, 601, 602, 604
ORIGIN = "bank.example/credit/sha256-ed25519/1"
NUMBER = "360302188103040012"


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.POINTER(ctypes.c_uint8)), ("size", ctypes.c_size_t),
                ("capacity", ctypes.c_size_t)]


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int32), ("reason", ctypes.c_int32),
                ("where", ctypes.c_uint64), ("object", ctypes.c_char * 80),
                ("detail", ctypes.c_char * 160)]


class Refused(Exception):
    def __init__(self, status, error, reply):
        super().__init__(f"{status} {LIBRARY.reason_word(error)} {error.object} {error.detail}")
        self.status, self.error, self.reply = status, error, reply


class Library:
    """libcbank.so; each call in its one shape: handles, request, reply, error."""

    def __init__(self, path):
        self.c = ctypes.CDLL(path)
        for name in ("cbank_status_name", "cbank_reason_name", "cbank_version"):
            getattr(self.c, name).restype = ctypes.c_char_p

    def reason_word(self, error):
        return self.c.cbank_reason_name(error.reason).decode()

    def text(self, error, lang, size=512):
        """Message and remedy."""
        message, remedy = (ctypes.create_string_buffer(size) for _ in range(2))
        self.c.cbank_error_text(ctypes.byref(error), lang.encode(), message,
                                ctypes.c_size_t(size), remedy, ctypes.c_size_t(size))
        return message.value.decode(), remedy.value.decode()

    def call(self, name, *arguments):
        """Ends with the reply's bytes; what is not OK is raised."""
        reply, error = Buffer(), Error()
        status = getattr(self.c, name)(*arguments, ctypes.byref(reply), ctypes.byref(error))
        data = ctypes.string_at(reply.data, reply.size) if reply.size else b""
        self.c.cbank_buffer_clear(ctypes.byref(reply))
        if status != OK:
            raise Refused(status, error, data)
        return data

    def open(self, name, *arguments):
        """A handle."""
        handle, error = ctypes.c_void_p(), Error()
        status = getattr(self.c, name)(*arguments, ctypes.byref(handle), ctypes.byref(error))
        if status != OK:
            raise Refused(status, error, b"")
        return handle


def packed(request):
    data = request if isinstance(request, bytes) else request.SerializeToString(deterministic=True)
    return data, ctypes.c_size_t(len(data))


NONE = None, ctypes.c_size_t(0)


class Face:
    """A bank, a college and a learner, made by calls alone. The tests below look at them."""

    def __init__(self, folder):
        path = str(folder / "bank")
        names = [common_pb2.LangText(lang="zh", value="示范学分银行")]
        created = bank_pb2.BankInfo.FromString(LIBRARY.call("cbank_bank_create", *packed(
            bank_pb2.BankCreateRequest(path=path, origin=ORIGIN, names=names,
                                       suite=common_pb2.SUITE_SHA256_ED25519)), *NONE))
        self.fingerprint = created.fingerprint
        self.bank = LIBRARY.open("cbank_bank_open", path.encode(), *NONE)
        self.root = LIBRARY.open("cbank_key_open", f"{path}/keys/root.key".encode(), *NONE)
        self.key = LIBRARY.open("cbank_key_new", b"sha256-ed25519")
        self.request = institution_pb2.RequestReply.FromString(LIBRARY.call(
            "cbank_institution_request", self.key, *packed(institution_pb2.JoinRequest(
                origin=ORIGIN, institution="COLLEGE-A",
                names=[common_pb2.LangText(lang="zh", value="示范甲学院")])))).file
        self.admitted = self.ask("cbank_institution_admit",
                                 institution_pb2.AdmitRequest(file=self.request),
                                 institution_pb2.InstitutionInfo)
        self.account = self.ask("cbank_learner_open", self.person("甲一"),
                                learner_pb2.LearnerOpenReply).results[0].account
        self.issued = credit_pb2.CreditIssueReply.FromString(self.issue(self.draft()))
        self.transcript = self.ask("cbank_transcript_issue", self.wanted(),
                                   transcript_pb2.TranscriptIssueReply)
        self.directory = bank_pb2.DirectoryReply.FromString(LIBRARY.call(
            "cbank_bank_directory", self.bank, self.root, *packed(bank_pb2.DirectoryRequest())))

    def ask(self, name, request, reply_kind):
        return reply_kind.FromString(LIBRARY.call(name, self.bank, *packed(request)))

    def issue(self, request):
        return LIBRARY.call("cbank_credit_issue", self.bank, self.key, *packed(request))

    def wanted(self):
        return transcript_pb2.TranscriptIssueRequest(
            account=self.account, recipient="COLLEGE-B", show_name=True, show_number=True,
            ground=transcript_pb2.DisclosureGround(basis="legal-duty"),
            order=learner_pb2.Order(document="T-1"))

    @staticmethod
    def person(name, number=NUMBER):
        return learner_pb2.LearnerOpenRequest(
            assurance=statement_pb2.IDENTITY_ASSURANCE_DOCUMENT_SEEN,
            persons=[learner_pb2.Person(
                names=[learner_pb2.PersonName(value=name, kind=learner_pb2.NAME_KIND_CURRENT)],
                documents=[learner_pb2.PersonDocument(type="cn-id", number=number)])])

    def draft(self, reference="2024-001", title="高等数学"):
        record = record_pb2.CreditRecord(
            reference=reference, type=record_pb2.RECORD_TYPE_COURSE,
            assurance=record_pb2.ASSURANCE_ISSUER_VOUCHED, code="JX101", awarded_on=20240621,
            title=[common_pb2.LangText(lang="zh", value=title)],
            amounts=[common_pb2.Amount(unit="credit", milli=3500)])
        return credit_pb2.CreditIssueRequest(
            institution="COLLEGE-A", token=bytes(range(16)) if reference == "2024-001" else b"",
            drafts=[credit_pb2.CreditDraft(account=self.account, record=record)])

    def verifier(self, fingerprint=None):
        return LIBRARY.open("cbank_verifier_open", *packed(transcript_pb2.VerifierRequest(
            directory=self.directory.file, root_fingerprint=fingerprint or self.fingerprint)))

    def verify(self, file, recipient="COLLEGE-B"):
        verifier = self.verifier()
        try:
            return LIBRARY.call("cbank_transcript_verify", verifier, *packed(
                transcript_pb2.TranscriptVerifyRequest(file=file, recipient=recipient)))
        finally:
            LIBRARY.c.cbank_verifier_close(verifier)

    def close(self):
        LIBRARY.c.cbank_bank_close(self.bank)
        for key in (self.root, self.key):
            LIBRARY.c.cbank_key_close(key)


class Layout(unittest.TestCase):
    def test_of_an_error_is_256_bytes(self):
        self.assertEqual(ctypes.sizeof(Error), 256)
        self.assertEqual([getattr(Error, name).offset for name, _ in Error._fields_],
                         [0, 4, 8, 16, 96])

    def test_closing_and_clearing_nothing_does_nothing(self):
        for name in ("cbank_bank_close", "cbank_key_close", "cbank_verifier_close",
                     "cbank_job_close", "cbank_buffer_clear"):
            getattr(LIBRARY.c, name)(None)

    def test_the_library_says_its_version(self):
        self.assertRegex(LIBRARY.c.cbank_version().decode(), r"^\d+\.\d+\.\d+$")


class Life(unittest.TestCase):
    """What the calls of Face have answered."""

    def test_the_college_is_admitted_under_its_own_key(self):
        shown = key_pb2.KeyInfo.FromString(LIBRARY.call("cbank_key_show", FACE.key))
        self.assertEqual(FACE.admitted.institution, "COLLEGE-A")
        self.assertEqual([key.public_key for key in FACE.admitted.keys], [shown.public_key])
        self.assertFalse(FACE.admitted.keys[0].vouched)

    def test_the_account_is_found_by_the_document(self):
        found = FACE.ask("cbank_learner_find", learner_pb2.LearnerFindRequest(
            document_type="cn-id", document_number=NUMBER), learner_pb2.LearnerInfo)
        self.assertEqual(found.account, FACE.account)
        self.assertEqual([(sum.unit, sum.milli) for sum in found.totals], [("credit", 3500)])

    def test_the_same_person_has_the_same_account(self):
        again = FACE.ask("cbank_learner_open", Face.person("甲一"), learner_pb2.LearnerOpenReply)
        self.assertEqual([(each.account, each.opened) for each in again.results],
                         [(FACE.account, False)])

    def test_the_record_is_listed_as_it_was_drafted(self):
        listed, = FACE.ask("cbank_credit_list", credit_pb2.CreditListRequest(account=FACE.account),
                           credit_pb2.CreditListReply).credits
        self.assertEqual(listed.id, FACE.issued.results[0].id)
        self.assertEqual(listed.status, credit_pb2.CREDIT_STATUS_HELD)
        self.assertEqual(listed.record.title[0].value, "高等数学")
        self.assertEqual(listed.record.awarded_by.institution, "COLLEGE-A")

    def test_the_same_token_gives_the_same_answer(self):
        again = credit_pb2.CreditIssueReply.FromString(FACE.issue(FACE.draft()))
        self.assertEqual(again.results[0].id, FACE.issued.results[0].id)

    def test_the_transcript_is_valid(self):
        report = transcript_pb2.VerdictReport.FromString(FACE.verify(FACE.transcript.file))
        self.assertEqual(report.verdict, "VALID")
        self.assertEqual(report.account, FACE.account)
        self.assertEqual(report.evidence, transcript_pb2.PROVEN_INSTITUTION)
        self.assertEqual((report.holder.name, report.holder_proven), ("甲一", True))
        self.assertEqual([(sum.unit, sum.milli) for sum in report.totals], [("credit", 3500)])
        records = [item for item in report.items if item.record_id]
        self.assertEqual([item.institution_name for item in records], ["示范甲学院"])

    def test_the_log_proves_the_record(self):
        proof = FACE.ask("cbank_log_prove",
                         log_pb2.ProveRequest(id=FACE.issued.results[0].id), log_pb2.ProveReply)
        self.assertEqual(len(proof.leaf), 107)
        self.assertTrue(proof.proof.startswith(b"c2sp.org/tlog-proof@v1\n"))

    def test_the_whole_bank_is_replayed_by_a_job(self):
        job, state = LIBRARY.open("cbank_bank_check_begin", FACE.bank), ctypes.c_int()
        error = Error()
        try:
            for _ in range(10000):
                self.assertEqual(LIBRARY.c.cbank_job_step(
                    job, ctypes.c_uint32(10), ctypes.byref(state), ctypes.byref(error)), OK)
                if state.value == 4:
                    break
            self.assertEqual(state.value, 4)
            reply = bank_pb2.CheckReply.FromString(LIBRARY.call("cbank_job_finish", job))
            self.assertEqual((reply.ok, list(reply.findings)), (True, []))
        finally:
            LIBRARY.c.cbank_job_close(job)


class Verdict(unittest.TestCase):
    def refused(self, status, file=None, **terms):
        with self.assertRaises(Refused) as caught:
            FACE.verify(file or FACE.transcript.file, **terms)
        self.assertEqual(caught.exception.status, status)
        return transcript_pb2.VerdictReport.FromString(caught.exception.reply)

    def test_of_a_changed_file_is_a_clear_no_with_a_report(self):
        at = FACE.transcript.file.index("甲一".encode())
        report = self.refused(BAD_SIGNATURE, tools.flipped(FACE.transcript.file, at + 2))
        self.assertEqual(report.verdict, "BAD_SIGNATURE")
        self.assertEqual(report.fingerprint, FACE.fingerprint)
        self.assertEqual((report.bank_name, list(report.items)), ("", []))

    def test_for_somebody_else_is_wrong_recipient(self):
        self.assertEqual(self.refused(WRONG_RECIPIENT, recipient="COLLEGE-C").verdict,
                         "WRONG_RECIPIENT")

    def test_of_what_is_no_transcript_is_malformed(self):
        self.assertEqual(self.refused(MALFORMED, b"no transcript").verdict, "MALFORMED")

    def test_needs_the_root_key_that_was_pinned(self):
        with self.assertRaises(Refused) as caught:
            FACE.verifier("00" * 32)
        self.assertEqual(caught.exception.status, UNTRUSTED_KEY)


class Request(unittest.TestCase):
    """Deterministic output of the Python runtime is canonical; everything else is refused."""

    def status_of(self, name, data):
        try:
            LIBRARY.call(name, FACE.bank, *packed(data))
        except Refused as refused:
            return refused.status
        return OK

    def test_with_an_unknown_field_is_refused(self):
        request = credit_pb2.CreditListRequest(account=FACE.account).SerializeToString()
        self.assertEqual(self.status_of("cbank_credit_list", request), OK)
        self.assertEqual(self.status_of("cbank_credit_list", request + b"\xf8\x07\x01"), ARGUMENT)

    def test_with_fields_out_of_order_is_refused(self):
        request = learner_pb2.LearnerFindRequest(document_type="cn-id", document_number=NUMBER)
        first = learner_pb2.LearnerFindRequest(document_type="cn-id").SerializeToString()
        whole = request.SerializeToString(deterministic=True)
        self.assertTrue(whole.startswith(first))
        self.assertEqual(self.status_of("cbank_learner_find", whole), OK)
        turned = whole[len(first):] + first
        self.assertEqual(learner_pb2.LearnerFindRequest.FromString(turned), request)
        self.assertEqual(self.status_of("cbank_learner_find", turned), ARGUMENT)

    def test_with_a_stated_default_is_refused(self):
        self.assertEqual(self.status_of("cbank_institution_list", b""), OK)
        self.assertEqual(self.status_of("cbank_institution_list", b"\x10\x00"), ARGUMENT)

    def test_without_what_the_call_needs_is_invalid(self):
        nameless = institution_pb2.AdmitRequest(
            institution="COLLEGE-C", public_key=FACE.admitted.keys[0].public_key)
        self.assertEqual(self.status_of("cbank_institution_admit", nameless), INVALID)


class Errors(unittest.TestCase):
    def error_of(self, name, request):
        with self.assertRaises(Refused) as caught:
            LIBRARY.call(name, FACE.bank, *packed(request))
        self.assertEqual(caught.exception.status, caught.exception.error.status)
        self.assertEqual(caught.exception.reply, b"")
        return caught.exception.error

    def test_have_a_message_and_a_remedy_in_both_languages(self):
        error = self.error_of("cbank_learner_open", Face.person("乙二", "360302188103040013"))
        self.assertEqual(error.status, INVALID)
        self.assertEqual(LIBRARY.reason_word(error), "BAD_CHECK_DIGIT")
        self.assertEqual(LIBRARY.c.cbank_status_name(error.status), b"invalid")
        self.assertTrue(LIBRARY.text(error, "en")[0].startswith("the check digit does not fit"))
        self.assertTrue(LIBRARY.text(error, "en")[1].startswith("a digit is wrong"))
        self.assertTrue(LIBRARY.text(error, "zh")[0].startswith("号码的校验位不符"))
        self.assertTrue(LIBRARY.text(error, "zh")[1].startswith("号码有误录或颠倒"))

    def test_hold_no_personal_data(self):
        for name, number in (("乙二", "360302188103040013"), ("乙二", NUMBER)):
            error = self.error_of("cbank_learner_open", Face.person(name, number))
            for text in (error.object, error.detail, *map(str.encode, LIBRARY.text(error, "zh"))):
                self.assertNotIn(number.encode(), text)
                self.assertNotIn(name.encode(), text)

    def test_say_what_is_in_conflict(self):
        error = self.error_of("cbank_learner_open", Face.person("乙二"))
        self.assertEqual((error.status, LIBRARY.reason_word(error)), (CONFLICT, "PERSON_CONFLICT"))
        error = self.error_of("cbank_institution_admit",
                              institution_pb2.AdmitRequest(file=FACE.request))
        self.assertEqual(error.status, EXISTS)
        self.assertIn(b"COLLEGE-A", error.object)

    def test_are_cut_between_characters(self):
        error = self.error_of("cbank_learner_show",
                              learner_pb2.LearnerShowRequest(account="0000000009999970"))
        whole = LIBRARY.text(error, "zh")[0]
        for size in range(1, len(whole.encode()) + 2):
            self.assertTrue(whole.startswith(LIBRARY.text(error, "zh", size)[0]), size)

    def test_may_be_left_out(self):
        data, size = packed(learner_pb2.LearnerShowRequest(account="0000000009999970"))
        reply = Buffer()
        self.assertEqual(LIBRARY.c.cbank_learner_show(FACE.bank, data, size, ctypes.byref(reply),
                                                      None), NOT_FOUND)
        self.assertFalse(reply.data)

    def test_of_no_handle_or_no_reply_are_the_callers(self):
        data, size = packed(b"")
        reply, error = Buffer(), Error()
        self.assertEqual(LIBRARY.c.cbank_institution_list(
            None, data, size, ctypes.byref(reply), ctypes.byref(error)), ARGUMENT)
        self.assertEqual(LIBRARY.c.cbank_institution_list(
            FACE.bank, data, size, None, ctypes.byref(error)), ARGUMENT)


if __name__ == "__main__":
    tools.require(commands=["protoc"], modules=["google.protobuf"])
    with tempfile.TemporaryDirectory() as FOLDER:
        tools.generate(FOLDER)
        from cbank.api.v1 import (bank_pb2, credit_pb2, institution_pb2, key_pb2, learner_pb2,
                                  log_pb2, transcript_pb2)
        from cbank.v1 import common_pb2, record_pb2, statement_pb2
        LIBRARY = Library(sys.argv[1])
        FACE = Face(pathlib.Path(FOLDER))
        try:
            tools.main()
        finally:
            FACE.close()
