"""What is secret stays where it is: not in arguments, dumps, messages, or files others can read."""
import os
import pathlib
import re
import stat
import subprocess
import time

import desk

PASSPHRASE = "open sesame, says the fortieth thief"
NUMBER = "360302188103040012"
NOBODY = 65534


class Program(desk.Desk):
    def test_no_option_takes_a_secret_itself(self):
        options = set()
        commands = re.findall(r"^  ([a-z]+) ([a-z-]+)  ", self.cbank("--help", "--lang", "en").out,
                              re.M)
        self.assertGreater(len(commands), 20)
        for command in commands:
            page = self.cbank(*command, "--help", "--lang", "en").out
            options.update(re.findall(r"^  (--[a-z-]+)(?: (\S+))?", page, re.M))
        secret = {(name, value) for name, value in options
                  if re.search("pass(word|phrase)|secret|private", name)}
        self.assertIn(("--passphrase-file", "FILE"), secret)
        self.assertEqual({value for _, value in secret}, {"FILE"})

    def start_waiting(self):
        """The program as it waits for a passphrase that nobody writes."""
        os.mkfifo(self.path("pipe"))
        drop = {}
        if os.geteuid() == 0:  # whom nothing is denied
            os.chmod(self.folder, 0o777)
            drop = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        self.cbank("key", "new", "a.key")
        running = subprocess.Popen([desk.PROGRAM, "key", "show", "a.key", "--passphrase-file",
                                    "pipe"], cwd=self.folder, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "CBANK_PASSPHRASE": PASSPHRASE}, **drop)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        folder = pathlib.Path("/proc") / str(running.pid)
        deadline = time.monotonic() + 20
        while not re.search(r"Max core file size +0 +0 ", (folder / "limits").read_text()):
            self.assertLess(time.monotonic(), deadline, "the program allows core dumps")
            time.sleep(0.01)
        return folder, drop

    def test_its_memory_is_dumped_nowhere_and_read_by_nobody_else(self):
        folder, drop = self.start_waiting()
        self.assertNotIn(PASSPHRASE, (folder / "cmdline").read_text())
        if b"__asan_init" in desk.PROGRAM.read_bytes():
            return  # a sanitizer has to read it
        for name in ("environ", "maps", "mem"):
            reader = subprocess.run(["/bin/dd", f"if={folder / name}", "of=/dev/null", "count=1"],
                                    capture_output=True, **drop)
            self.assertNotEqual(reader.returncode, 0, f"its user reads its {name}")


class Files(desk.Town):
    def test_keys_are_made_for_their_owner_alone(self):
        os.umask(0)
        self.cbank("key", "new", "b.key")
        keys = [self.path("b.key"), *self.path("bank/keys").glob("*.key")]
        self.assertGreaterEqual(len(keys), 4)
        for key in keys:
            self.assertEqual(stat.S_IMODE(key.stat().st_mode), 0o600, key)

    def test_keys_that_others_can_read_are_refused(self):
        for name in ("pxu.key", "bank/keys/log.key", "bank/keys/vault.key", "bank/keys/root.key"):
            for mode in (0o640, 0o604, 0o660, 0o644):
                self.path(name).chmod(mode)
                self.refuse(name)
            self.path(name).chmod(0o600)

    def refuse(self, name):
        if name == "pxu.key":
            self.cbank("key", "show", name, code=4)
        elif name.endswith("root.key"):
            self.cbank(*self.bank, "bank", "directory", "-o", "directory", code=4)
            self.assertFalse(self.path("directory").exists())
        else:
            self.cbank(*self.bank, "bank", "info", code=4)

    def test_no_message_shows_a_passphrase_or_a_number(self):
        for lang in ("zh", "en"):
            said = self.cbank("--lang", lang, "key", "show", self.lock(), "--passphrase-file",
                              self.write("words", PASSPHRASE[:-1]), code=4)
            self.assertNotIn(PASSPHRASE[:12], said.out + said.err)
            said = self.cbank("--lang", lang, *self.bank, "learner", "find", "--id-type", "cn-id",
                              "--id-number", NUMBER, code=1)
            self.assertNotIn(NUMBER, said.out + said.err)

    def lock(self):
        if not self.path("locked.key").exists():
            self.cbank("key", "new", "locked.key", "--passphrase-file",
                       self.write("words", PASSPHRASE))
        return "locked.key"


desk.main()
