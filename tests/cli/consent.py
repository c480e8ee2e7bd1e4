"""Days at the desk: consent by the learner, an agent, a guardian; what was shown, extended,
withdrawn; and what the partner sees of it."""
import datetime
import json
import threading

import desk

TODAY = datetime.datetime.now(datetime.timezone.utc).date()
LATER = "2999-12-31"


def years_ago(years, days=0):
    """The birthday of somebody who is that old, `days` days from now."""
    day = TODAY + datetime.timedelta(days=days)
    if (day.month, day.day) == (2, 29):
        day += datetime.timedelta(days=1)
    return day.replace(year=day.year - years).isoformat()


class Consents(desk.Town):
    def setUp(self):
        super().setUp()
        self.import_grades()
        self.learner = self.account()

    def give(self, account=None, *more, code=0):
        return self.ask_or_refuse("consent", "give", account or self.learner, "--until", LATER,
                                  *more, code=code)

    def ask_or_refuse(self, *arguments, code=0, **more):
        """The document, or with another exit code than 0 the error."""
        answer = self.cbank("--json", *self.bank, *arguments, code=code, **more)
        return answer.document if code == 0 else answer.error

    def issue(self, *more, account=None, code=0):
        return self.ask_or_refuse("transcript", "issue", account or self.learner, "-o", "shown",
                                  *more, code=code)

    def verdict(self, *more, code=0):
        return self.ask("transcript", "verify", "shown", *self.trusts, "--any-recipient", *more,
                        code=code)

    def child(self, name, born):
        person = {"name": name, "id_type": "passport/GBR",
                  "id_number": f"12345{sum(name.encode()):04}"}
        if born:
            person["born"] = born
        return self.in_bank("learner", "open", "--person", "-", given=json.dumps(person))["account"]

    def authorise(self, account, role, name="戊五", code=0):
        person = {"name": name, "id_type": "passport/FRA", "id_number": "FR12345"}
        return self.ask_or_refuse("consent", "authorise", account, "--role", role, "--document",
                                  "委托书1号", "--until", LATER, "--relation", "daughter",
                                  "--person", "-", given=json.dumps(person), code=code)

    def status(self):
        self.in_bank("bank", "status", "-o", "status")
        return ("--status", "status")

    def sound(self):
        self.assertTrue(self.in_bank("bank", "check")["ok"])

    def test_at_the_counter_a_learner_consents_and_only_then_is_something_shown(self):
        self.trusts = self.trust()
        refused = self.issue("--for", "NCU", code=4)
        self.assertEqual(refused["status"], "denied")
        self.assertIn(f"cbank consent give {self.learner}", refused["remedy"])
        self.assertFalse(self.path("shown").exists())
        consent = self.give(None, "--for", "NCU", "--show", "name")["id"]
        issued = self.issue("--for", "NCU", "--show", "name")
        self.assertEqual((issued["consent"], issued["basis"]), (consent, None))
        shown = self.verdict(*self.status())
        self.assertEqual((shown["verdict"], shown["fresh"]), ("VALID", True))
        self.assertEqual(len(shown["consent"]), 64)
        self.assertNotIn("consent", json.dumps(shown["items"]))
        for more in (("--for", "OTHER"), ("--for", "NCU", "--show", "number"),
                     ("--for", "NCU", "--purpose", "job")):
            self.issue(*more, code=4)
        listed = self.list_in_bank("transcript", "list", self.learner)
        self.assertEqual([(one["recipient"], one["state"], one["disclosed"]) for one in listed],
                         [("NCU", "valid", ["name"])])
        found = self.list_in_bank("transcript", "list", "--code", issued["code"].lower())
        self.assertEqual(found, listed)
        self.sound()

    def test_a_legal_basis_needs_its_document_and_shows_in_the_verdict(self):
        self.trusts = self.trust()
        self.issue("--basis", "because", "--document", "1", code=3)
        self.issue("--basis", "legal-duty", code=3)
        self.issue("--basis", "legal-duty", "--document", "法院函1号")
        self.assertEqual(self.verdict()["basis"], "legal-duty")
        one, = self.list_in_bank("transcript", "list", self.learner)
        self.assertEqual((one["basis"], one["document"], one["consent"]),
                         ("legal-duty", "法院函1号", None))

    def test_withdrawn_before_it_is_issued(self):
        consent = self.give()["id"]
        self.assertEqual(self.in_bank("consent", "withdraw", self.learner, consent)["state"],
                         "withdrawn")
        self.assertEqual(self.issue("--consent", consent, code=5)["status"], "state")
        self.ask_or_refuse("consent", "withdraw", self.learner, consent, code=5)
        self.sound()

    def test_an_extension_and_a_withdrawal_reach_the_partner(self):
        self.trusts = self.trust()
        self.give()
        code = self.issue("--expires", "2d")["code"]
        soon = (datetime.datetime.now(datetime.timezone.utc)
                + datetime.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
        before = self.status()
        self.assertEqual(self.verdict("--at", soon, code=1)["verdict"], "EXPIRED")
        self.ask_or_refuse("transcript", "extend", code, "--expires", "1d", code=3)
        extended = self.in_bank("transcript", "extend", code, "--expires", "5d")
        self.assertTrue(extended["extended"])
        self.assertEqual(self.verdict("--at", soon, *before, code=1)["verdict"], "EXPIRED")
        report = self.verdict("--at", soon, *self.status())
        self.assertEqual((report["verdict"], report["expires"], report["extended"]),
                         ("VALID", extended["expires"], True))
        self.in_bank("transcript", "withdraw", code, "--reason", "learner-asked")
        report = self.verdict(*self.status(), code=1)
        self.assertEqual((report["verdict"], report["reason"]), ("STALE", "disclosure_recalled"))
        self.ask_or_refuse("transcript", "extend", code, "--expires", "9d", code=5)
        self.sound()

    def test_a_consent_that_is_taken_back_takes_along_what_was_shown_if_that_is_asked_for(self):
        self.trusts = self.trust()
        consent = self.give()["id"]
        self.issue()
        self.in_bank("consent", "withdraw", self.learner, consent)
        self.assertEqual(self.verdict(*self.status())["verdict"], "VALID")
        again = self.in_bank("consent", "withdraw", self.learner, consent, "--recall")
        self.assertEqual(again["recalled"], 1)
        self.assertEqual(self.verdict(*self.status(), code=1)["verdict"], "STALE")

    def test_a_daughter_consents_for_her_father_while_her_mandate_lasts(self):
        agent = self.authorise(self.learner, "agent")["id"]
        self.give(None, "--by", "guardian", "--agent", agent, code=4)
        consent = self.give(None, "--by", "agent", "--agent", agent)["id"]
        self.issue("--consent", consent)
        self.in_bank("consent", "end", self.learner, agent)
        self.give(None, "--by", "agent", "--agent", agent, code=4)
        self.issue("--consent", consent)
        person, given = self.list_in_bank("consent", "list", self.learner)
        self.assertEqual((person["kind"], person["name"], person["state"]),
                         ("agent", "戊五", "withdrawn"))
        self.assertEqual((given["by"], given["given_by"], given["state"]), ("agent", agent, "live"))
        self.sound()

    def test_a_child_of_thirteen_has_a_guardian_and_at_fourteen_none(self):
        child, grown = self.child("己六", years_ago(14, 1)), self.child("庚七", years_ago(14))
        self.give(child, code=4)
        self.authorise(child, "agent", code=4)
        guardian = self.authorise(child, "guardian")["id"]
        consent = self.give(child, "--by", "guardian", "--agent", guardian)["id"]
        self.assertEqual(self.issue(account=child)["consent"], consent)
        self.authorise(grown, "guardian", code=4)
        self.give(grown)
        self.issue(account=grown)
        unknown = self.child("辛八", None)
        self.assertIn("birth date", self.give(unknown, code=5)["message"])
        self.sound()

    def test_a_closed_account_has_no_consents_when_it_is_opened_again(self):
        self.give()
        self.in_bank("learner", "close", self.learner, "--reason", "asked")
        self.issue(code=5)
        self.in_bank("learner", "reopen", self.learner, "--reason", "asked")
        self.issue(code=4)
        self.sound()

    def test_everything_is_in_the_export_and_nothing_of_it_in_the_account(self):
        self.give()
        entries = self.in_bank("learner", "show", self.learner)["entries"]
        self.issue()
        self.assertEqual(self.in_bank("learner", "show", self.learner)["entries"], entries)
        self.in_bank("learner", "export", self.learner, "-o", "whole.json")
        whole = json.loads(self.path("whole.json").read_text(encoding="utf-8"))
        self.assertEqual([one["kind"] for one in whole["second_chain"]],
                         ["consent_given", "disclosure_issued"])
        self.assertEqual(len(whole["chain"]), entries)

    def test_two_issue_while_a_third_withdraws(self):
        consent = self.give()["id"]
        answers = []

        def run(*arguments):
            answers.append((arguments[0], self.run_cbank("--json", *self.bank, *arguments)))

        runs = [threading.Thread(target=run, args=("transcript", "issue", self.learner, "-o",
                                                   f"t-{n}", "--consent", consent))
                for n in range(6)]
        runs.insert(3, threading.Thread(target=run, args=("consent", "withdraw", self.learner,
                                                          consent)))
        for one in runs:
            one.start()
        for one in runs:
            one.join()
        issued = [answer for noun, answer in answers if noun == "transcript" and answer.code == 0]
        self.assertTrue(all(answer.code in (0, 5) for _, answer in answers))
        self.assertEqual(len(self.list_in_bank("transcript", "list", self.learner)), len(issued))
        self.issue("--consent", consent, code=5)
        self.sound()


desk.main()
