"""Keys that never come to this machine: batches, requests and directories signed elsewhere.

Elsewhere is OpenSSL's own program, which has no part of ours; and, where it is installed, a token
of SoftHSM that is reached through PKCS#11 as a UKey or an HSM would be.
"""
import os
import shutil
import subprocess

import desk

TOKEN_TOOLS = ("softhsm2-util", "pkcs11-tool")
MODULE = "/usr/lib/softhsm/libsofthsm2.so"


class Office(desk.Town):
    def run_tool(self, *arguments, **more):
        done = subprocess.run(arguments, cwd=self.folder, capture_output=True, text=True, **more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def sign_elsewhere(self, key):
        """OpenSSL signs what was taken out."""
        self.run_tool("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", "bytes",
                      "-out", "signature")

    def finish(self, draft, to, key, sign=None):
        prepared = self.ask("sign", "prepare", draft, "-o", "bytes")
        (sign or self.sign_elsewhere)(key)
        attached = self.ask("sign", "attach", "bytes", "--signature", "signature", "-o", to)
        self.assertEqual(attached["digest"], prepared["digest"])
        return attached["missing"]

    def sign_batch(self, public, draft):
        self.ask("credit", "sign", "grades.csv", "--institution", "PXU", "--origin", desk.ORIGIN,
                 "--key", public, *self.reads, "-o", draft)


class Elsewhere(Office):
    def test_a_batch_is_signed_where_the_key_is(self):
        self.sign_batch("pxu.key.pub", "draft")
        self.cbank(*self.bank, "credit", "deposit", "draft", "--open-accounts", code=3)
        self.assertEqual(self.finish("draft", "batch", "pxu.key"), 0)
        self.assertEqual(self.in_bank("credit", "deposit", "batch", "--open-accounts")["deposited"],
                         3)
        self.assertEqual(self.in_bank("bank", "check")["findings"], [])

    def test_a_request_and_a_change_of_key_are_too(self):
        for name in ("new.key", "next.key"):
            self.cbank("key", "new", name)
        self.ask("institution", "request", "--code", "NEW", "--name", "新学院", "--origin",
                 desk.ORIGIN, "--key", "new.key.pub", "-o", "draft")
        self.assertEqual(self.finish("draft", "request", "new.key"), 0)
        self.assertFalse(self.in_bank("institution", "admit", "request")["vouched"])
        # Both keys are elsewhere: the earlier one signs first, then the next one.
        self.ask("institution", "rotate-request", "--code", "NEW", "--origin", desk.ORIGIN,
                 "--key", "new.key.pub", "--new-key", "next.key.pub", "-o", "draft")
        self.assertEqual(self.finish("draft", "half", "new.key"), 1)
        self.assertEqual(self.finish("half", "rotation", "next.key"), 0)
        self.assertEqual(len(self.in_bank("institution", "rotate-key", "rotation")["keys"]), 2)

    def test_a_directory_is_signed_by_a_root_key_that_is_kept_away(self):
        fingerprint = self.in_bank("bank", "info")["fingerprint"]
        self.import_grades()
        self.run_tool("openssl", "pkey", "-in", "bank/keys/root.key", "-pubout", "-out",
                      "root.pub")
        self.path("bank/keys/root.key").rename(self.path("root.key"))
        self.in_bank("bank", "directory", "--root-key", "root.pub", "-o", "draft")
        self.assertEqual(self.finish("draft", "directory", "root.key"), 0)
        self.transcript()
        report = self.ask("transcript", "verify", "transcript", "--trust", "directory", "--root",
                          fingerprint)
        self.assertEqual(report["verdict"], "VALID")

    def test_another_signature_or_other_bytes_are_refused(self):
        self.cbank("key", "new", "other.key")
        self.sign_batch("pxu.key.pub", "draft")
        self.ask("sign", "prepare", "draft", "-o", "bytes")
        self.sign_elsewhere("other.key")
        answer = self.run_cbank("--json", "sign", "attach", "bytes", "--signature", "signature")
        self.assertEqual((answer.code, answer.error["status"]), (4, "bad_signature"))
        self.sign_elsewhere("pxu.key")
        self.path("bytes").write_bytes(b"DSSEv1 something else")
        self.cbank("sign", "attach", "bytes", "--signature", "signature", code=3)
        self.assertNotIn("bytes.signed", self.names())

    def test_what_is_finished_is_no_draft(self):
        self.sign_batch("pxu.key", "batch")
        self.cbank("sign", "prepare", "batch", "-o", "bytes", code=3)

    def test_what_has_to_be_signed_at_once_says_that_the_key_is_not_here(self):
        self.import_grades()
        answer = self.run_cbank("--json", *self.bank, "credit", "issue", "--institution", "PXU",
                                "--key", "pxu.key.pub", "--learner", self.account(), "--reference",
                                "X", "--title", "x")
        self.assertEqual((answer.code, answer.error["status"]), (4, "key"))


class Token(Office):
    """A key that was made in the token and never leaves it."""

    def setUp(self):
        super().setUp()
        missing = [tool for tool in TOKEN_TOOLS if shutil.which(tool) is None]
        if missing or not os.path.exists(MODULE):
            if os.environ.get("CI"):
                self.fail("softhsm2 and opensc are needed")
            self.skipTest(f"SKIPPED: {' '.join(missing) or MODULE} is not installed")
        self.path("tokens").mkdir()
        self.write("softhsm2.conf", f"directories.tokendir = {self.path('tokens')}\n")
        self.token = dict(os.environ, SOFTHSM2_CONF=str(self.path("softhsm2.conf")))
        self.run_tool("softhsm2-util", "--init-token", "--free", "--label", "pxu", "--pin", "1234",
                      "--so-pin", "1234", env=self.token)
        self.pkcs11("--keypairgen", "--key-type", "EC:edwards25519", "--label", "sign", "--id",
                    "01")

    def pkcs11(self, *arguments):
        return self.run_tool("pkcs11-tool", "--module", MODULE, "--token-label", "pxu", "--login",
                             "--pin", "1234", *arguments, env=self.token)

    def public_key(self, to):
        """Early pkcs11-tools write the bare point, later ones PEM."""
        self.pkcs11("--read-object", "--type", "pubkey", "--id", "01", "-o", "point")
        raw = self.path("point").read_bytes()
        if not raw.startswith(b"-----"):
            self.path("point").write_bytes(bytes.fromhex("302a300506032b6570032100") + raw[-32:])
        self.run_tool("openssl", "pkey", "-pubin", "-in", "point", "-out", to)

    def in_token(self, _):
        self.pkcs11("--sign", "--mechanism", "EDDSA", "--id", "01", "--input-file", "bytes",
                    "--output-file", "signature")

    def test_a_college_joins_and_signs_with_a_key_that_never_leaves_its_token(self):
        self.public_key("token.pub")
        self.ask("institution", "request", "--code", "TOKEN", "--name", "令牌学院", "--origin",
                 desk.ORIGIN, "--key", "token.pub", "-o", "draft")
        self.finish("draft", "request", None, self.in_token)
        self.in_bank("institution", "admit", "request")
        self.ask("credit", "sign", "grades.csv", "--institution", "TOKEN", "--origin", desk.ORIGIN,
                 "--key", "token.pub", *self.reads, "-o", "draft")
        self.finish("draft", "batch", None, self.in_token)
        self.assertEqual(self.in_bank("credit", "deposit", "batch", "--open-accounts")["deposited"],
                         3)
        report = self.verify()
        self.assertEqual((report["verdict"], report["evidence"]), ("VALID", "institution"))

    def verify(self):
        trust = self.trust()
        self.transcript()
        return self.ask("transcript", "verify", "transcript", *trust)


desk.main()
