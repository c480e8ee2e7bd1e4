"""The tables of phrases: both languages say something, and say it about the same object."""
import re
import unittest

import desk

TABLES = ("help.def", "phrases.def", "study.def", "upkeep.def", "casework.def")
STRINGS = r'((?:"(?:\\.|[^"\\])*"\s*)+)'


def entries(name, kind, strings):
    """[(name, [text])] of one table; adjoining C strings are one."""
    text = (desk.ROOT / "cli" / name).read_text(encoding="utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    pattern = kind + r"\(([^\n]*?),\s*" + r",\s*".join([STRINGS] * strings) + r"\)"
    found = re.findall(pattern, text)
    return [(entry[0], ["".join(re.findall(r'"((?:\\.|[^"\\])*)"', part)) for part in entry[1:]])
            for entry in found]


def count(name, kind):
    return len(re.findall(rf"^{kind}\(", (desk.ROOT / "cli" / name).read_text(encoding="utf-8"),
                          re.MULTILINE))


class Phrases(unittest.TestCase):
    def check(self, name, chinese, english):
        self.assertTrue(chinese and english, name)
        self.assertTrue(english.isascii(), f"{name}: {english}")
        self.assertEqual(chinese.count("{}") > 0, english.count("{}") > 0, name)

    def test_phrases(self):
        seen = 0
        for table in TABLES:
            found = entries(table, "PHRASE", 2)
            self.assertEqual(len(found), count(table, "PHRASE"))
            for name, (chinese, english) in found:
                self.check(name, chinese, english)
            seen += len(found)
        self.assertGreater(seen, 250)

    def test_words(self):
        found = entries("phrases.def", "WORD", 2)
        self.assertEqual(len(found), count("phrases.def", "WORD"))
        words = [name for name, _ in found]
        self.assertEqual(len(words), len(set(words)))
        for name, (chinese, english) in found:
            self.check(name, chinese, english)

    def test_failures_say_what_and_what_to_do(self):
        found = entries("failures.def", "FAILURE", 5)
        self.assertEqual(len(found), count("failures.def", "FAILURE"))
        for name, (_, chinese, chinese_remedy, english, english_remedy) in found:
            self.check(name, chinese, english)
            self.check(name, chinese_remedy, english_remedy)

    def test_every_phrase_is_said_somewhere(self):
        source = "".join(path.read_text(encoding="utf-8")
                         for path in (desk.ROOT / "cli").glob("*.[ch]"))
        for table in TABLES:
            for name, _ in entries(table, "PHRASE", 2):
                self.assertRegex(source, rf"\bP_{name}\b")
        for name, _ in entries("failures.def", "FAILURE", 5):
            self.assertRegex(source, rf"\bFAIL_{name.split(',')[0]}\b")


desk.main()
