"""What the program says when it is asked for help, and when it is asked wrongly."""
import desk


class Help(desk.Desk):
    def commands(self):
        listed = self.cbank("--help").out
        return [tuple(line.split()[:2]) for line in listed.splitlines()
                if line.startswith("  ") and line.split()[0] in NOUNS]

    def test_every_noun_and_verb_is_listed(self):
        commands = self.commands()
        self.assertEqual(len(commands), len(set(commands)))
        self.assertEqual({noun for noun, _ in commands}, set(NOUNS))
        self.assertGreaterEqual(len(commands), 38)

    def test_every_command_explains_itself_in_both_languages(self):
        for noun, verb in self.commands():
            english = self.cbank(noun, verb, "--help").out
            chinese = self.cbank(noun, verb, "--help", "--lang", "zh").out
            self.assertTrue(english.startswith(f"cbank {noun} {verb}"))
            self.assertTrue(english.isascii(), english)
            self.assertFalse(chinese.isascii())

    def test_a_noun_lists_its_verbs(self):
        listed = self.cbank("log", "--help").out
        self.assertIn("log checkpoint", listed)
        self.assertNotIn("bank init", listed)

    def test_help_needs_no_bank_and_no_options(self):
        self.cbank("credit", "issue", "--help")
        self.cbank("-h")

    def test_the_version_is_a_number(self):
        self.assertRegex(self.cbank("--version").out, r"^cbank \d+\.\d+\.\d+\n$")

    def test_dry_run_is_offered_by_what_writes(self):
        self.assertIn("--dry-run", self.cbank("credit", "revoke", "--help").out)
        self.assertNotIn("--dry-run", self.cbank("credit", "list", "--help").out)


NOUNS = ("bank", "key", "institution", "learner", "credit", "batch", "transcript", "log")


class Language(desk.Desk):
    def message(self, *arguments, **environment):
        return self.cbank("nonsense", *arguments, code=2, environment=environment).err

    def test_it_is_english_without_a_locale(self):
        self.assertIn("there is no command", self.message())

    def test_it_follows_the_first_variable_that_is_set(self):
        self.assertIn("没有", self.message(LANG="zh_CN.UTF-8"))
        self.assertIn("没有", self.message(LC_MESSAGES="zh_CN.UTF-8", LANG="en_GB.UTF-8"))
        self.assertIn("there is", self.message(LC_ALL="C", LANG="zh_CN.UTF-8"))
        self.assertIn("没有", self.message(LC_ALL="", LANG="zh_CN.UTF-8"))

    def test_the_option_wins(self):
        self.assertIn("there is", self.message("--lang", "en", LANG="zh_CN.UTF-8"))
        self.assertIn("没有", self.message("--lang=zh"))

    def test_another_language_is_a_usage_error(self):
        self.cbank("--lang", "fr", "--version", code=2)


class Usage(desk.Desk):
    def reason(self, *arguments):
        error = self.cbank("--json", *arguments, code=2).error
        self.assertEqual(error["status"], "argument")
        self.assertTrue(error["message"] and error["remedy"])
        return error["reason"]

    def test_nothing_at_all_shows_the_help_on_standard_error(self):
        answer = self.cbank(code=2)
        self.assertEqual(answer.out, "")
        self.assertIn("transcript verify", answer.err)

    def test_an_unknown_command_lists_the_commands(self):
        self.assertEqual(self.reason("stars", "count"), "unknown_command")
        self.assertEqual(self.reason("bank", "burn"), "unknown_command")
        self.assertIn("bank init", self.cbank("stars", code=2).err)
        self.assertNotIn("log prove", self.cbank("bank", "burn", code=2).err)

    def test_options(self):
        self.assertEqual(self.reason("key", "new", "k", "--colour", "red"), "unknown_option")
        self.assertEqual(self.reason("key", "new", "k", "-x"), "unknown_option")
        self.assertEqual(self.reason("key", "new", "k", "--suite"), "option_value")
        self.assertEqual(self.reason("key", "new", "--suite", "--json"), "option_value")
        self.assertEqual(self.reason("key", "new", "k", "--quiet=yes"), "option_switch")
        self.assertEqual(self.reason("key", "new", "k", "--suite", "a", "--suite", "b"),
                         "option_twice")
        self.assertEqual(self.reason("bank", "init", "b"), "option_missing")

    def test_a_value_may_stand_behind_an_equals_sign(self):
        self.cbank("key", "new", "k", "--suite=sha256-ed25519")
        self.assertEqual(self.reason("key", "new", "l", "--suite=--json=x", "--origin=a"),
                         "unknown_option")

    def test_two_hyphens_end_the_options(self):
        self.cbank("key", "new", "--", "--json")
        self.assertIn("--json.pub", self.names())

    def test_arguments(self):
        self.assertEqual(self.reason("key", "new"), "arguments_few")
        self.assertEqual(self.reason("key", "new", "a", "b"), "arguments_many")
        self.assertEqual(self.reason("bank", "info"), "no_bank")

    def test_words_that_are_no_value(self):
        self.assertEqual(self.reason("bank", "init", "b", "--origin", "a.example/1", "--name", "x",
                                     "--suite", "rot13"), "option_word")

    def test_options_that_exclude_each_other(self):
        self.write("t", "")
        self.assertEqual(self.reason("transcript", "verify", "t", "--for", "A", "--any-recipient",
                                     "--vkey", "k"), "option_choice")
        self.assertEqual(self.reason("transcript", "verify", "t"), "option_one_of")
        self.assertEqual(self.reason("learner", "open", "--name", "x", "--bank", "b"),
                         "option_choice")

    def test_a_usage_error_makes_no_file(self):
        self.reason("key", "new", "k", "--suite", "a", "--suite", "b")
        self.assertEqual(self.names(), [])


desk.main()
