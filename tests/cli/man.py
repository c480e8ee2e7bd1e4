"""The manual and --help name the same commands with the same options and arguments."""
import re

import desk

MANUAL = (desk.ROOT / "cli/man/cbank.1").read_text(encoding="utf-8")
COMMAND = re.compile(r"^\.It Ic ([a-z]+) ([a-z-]+)(.*)$")
OPTION = re.compile(r"^\.It (?:Fl o , )?Fl -([a-z-]+)(?: Ar (\S+))?$")
HELP_OPTION = re.compile(r"^  (?:-o, )?--([a-z-]+)(?: (\S+))?")


def section(name):
    found = re.search(rf"^\.Sh {name}\n(.*?)(?=^\.Sh )", MANUAL, re.MULTILINE | re.DOTALL)
    return found.group(1).splitlines()


def manual_commands():
    """{(noun, verb): ([argument], {option: its argument})}"""
    commands, options = {}, None
    for line in section("COMMANDS"):
        found = COMMAND.match(line)
        if found:
            options = {}
            commands[found.group(1, 2)] = (found.group(3), options)
        found = OPTION.match(line)
        if found:
            options[found.group(1)] = found.group(2)
    return commands


class Manual(desk.Desk):
    def options(self, lines):
        return {found.group(1): found.group(2)
                for found in map(HELP_OPTION.match, lines) if found}

    def help(self, *command):
        """The synopsis, own options and global options of a command."""
        own, _, common = self.cbank(*command, "--help").out.partition("\nGlobal options\n")
        head, _, own = own.partition("\nOptions\n")
        return head.splitlines()[0], self.options(own.splitlines()), self.options(
            common.splitlines())

    def commands(self):
        listed = self.cbank("--help").out.partition("\nGlobal options\n")[0]
        return [tuple(line.split()[:2]) for line in listed.splitlines() if line.startswith("  ")]

    def test_commands(self):
        self.assertEqual(list(manual_commands()), self.commands())

    def test_options(self):
        for command, (_, described) in manual_commands().items():
            own = self.help(*command)[1]
            self.assertEqual(list(described), list(own), command)
            for name, argument in described.items():
                if argument is not None:
                    self.assertEqual(argument, own[name], command)

    def test_arguments_and_needed_options(self):
        for command, (line, _) in manual_commands().items():
            line = re.sub(r" Op Ar option \.\.\.", " [OPTION...]", line)
            line = re.sub(r" Op Ar (\S+)( \.\.\.)?",
                          lambda found: f" [{found[1]}{'...' if found[2] else ''}]", line)
            line = re.sub(r" Fl (\S+) Ar ", r" -\1 ", line).replace(" Ar ", " ")
            self.assertEqual(f"cbank {' '.join(command)}{line}", self.help(*command)[0])

    def test_global_options(self):
        described = {found.group(1): found.group(2)
                     for found in map(OPTION.match, section("GLOBAL OPTIONS")) if found}
        common = self.help("bank", "init")[2]
        self.assertEqual(set(described), set(common))
        self.assertEqual(described["bank"], common["bank"])

    def test_exit_codes(self):
        described = [line for line in section("EXIT STATUS") if line.startswith(".It")]
        self.assertEqual(described, [f".It {code}" for code in range(8)])

    def test_environment(self):
        described = " ".join(section("ENVIRONMENT"))
        source = "".join(path.read_text(encoding="utf-8")
                         for path in (desk.ROOT / "cli").glob("*.c"))
        read = set(re.findall(r'getenv\("(\w+)"\)|"(LC_\w+|LANG)"', source))
        self.assertGreaterEqual(len(read), 5)
        for name in (a or b for a, b in read):
            self.assertIn(name, described)


desk.main()
