package cbank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import cbank.api.v1.BackupRequest;
import cbank.api.v1.CreditImportReply;
import cbank.api.v1.CreditImportRequest;
import cbank.api.v1.CreditInfo;
import cbank.api.v1.ProveReply;
import cbank.api.v1.ProveRequest;
import cbank.api.v1.RecognitionSignRequest;
import cbank.api.v1.RestoreRequest;
import cbank.api.v1.SheetFormat;
import cbank.api.v1.VerdictItem;
import cbank.v1.RecognitionHead;
import cbank.v1.RefusalReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What people do with a bank, from the first account to the last proof. */
class LifeTest {
    private World world;

    @BeforeEach
    void open() throws Exception {
        world = new World();
    }

    @AfterEach
    void close() {
        world.close();
    }

    static CreditImportRequest importing() {
        return CreditImportRequest.newBuilder().setInstitution("COLLEGE").setOpenAccounts(true)
            .setLang("en").setSheet(SheetFormat.newBuilder().setFormat("generic")
                .setMap("reference=记录编号,name=姓名,id_number=公民身份号码,code=课程号,title=课程名称,"
                    + "credits=学分,outcome=结果,awarded=获得日期")
                .setSet("id_type=cn-id,type=course").addPassed("通过").addFailed("未通过"))
            .build();
    }

    @Test
    void aPersonHasOneAccount() {
        String account = world.learner();

        assertEquals(account, world.learner());
        assertEquals(account, world.bank.learners().find("cn-id", World.NUMBER).get().getAccount());
        assertEquals(Optional.empty(), world.bank.learners().find("cn-id", World.OTHER_NUMBER));
        assertEquals(account, world.bank.learners().show(account).get().getAccount());
    }

    @Test
    void aWrongNumberIsRefusedWithItsReason() {
        DataException refused = assertThrows(DataException.class,
            () -> world.bank.learners().open("甲一", "cn-id", "360302188103040013"));

        assertEquals(Status.INVALID, refused.status());
        assertEquals("BAD_CHECK_DIGIT", refused.reason());
        assertFalse(refused.getMessage().isEmpty());
        assertFalse(refused.remedy().isEmpty());
        assertFalse(refused.message("zh").equals(refused.message("en")));
        assertFalse(refused.getMessage().contains("36030218810304"), "no personal data");
    }

    @Test
    void aRecordIsListedAsItWasIssued() {
        String account = world.learner();
        String id = world.credit(account, "R-1", "JX101", "3.5");

        List<CreditInfo> listed = world.bank.credits().of(account).collect(Collectors.toList());
        assertEquals(1, listed.size());
        assertEquals(id, listed.get(0).getId());
        assertEquals(Map.of("credit", new BigDecimal("3.5")),
            Amounts.byUnit(listed.get(0).getRecord().getAmountsList()));
        assertEquals(Optional.of(LocalDate.of(2024, 6, 21)),
            Dates.day(listed.get(0).getRecord().getAwardedOn()));
        assertEquals(Optional.empty(), world.bank.credits().show("999-0123456789abcdef"));
    }

    @Test
    void anImportTellsHowFarItIsAndListsComeInPages() throws Exception {
        Set<String> stages = new HashSet<>();
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        CreditImportReply reply = world.bank.credits().importBegin(world.key, importing())
            .onProgress(progress -> stages.add(progress.getStage()))
            .run(new ByteArrayInputStream(World.sheet(250)), errors);

        assertEquals(250, reply.getDeposited());
        assertEquals(1, reply.getAccountsOpened());
        assertEquals(0, errors.size());
        assertTrue(stages.size() > 1, stages.toString());
        // Two and a half pages.
        List<String> ids = world.bank.credits().of(world.learner()).map(CreditInfo::getId)
            .collect(Collectors.toList());
        assertEquals(250, ids.size());
        assertEquals(250, new HashSet<>(ids).size());
        assertEquals(1, world.bank.batches().of("COLLEGE").count());
        assertEquals(List.of("COLLEGE"), world.bank.institutions().all()
            .map(each -> each.getInstitution()).collect(Collectors.toList()));
        assertTrue(world.bank.learners().entries(world.learner()).count() > 250);
    }

    @Test
    void wrongRowsComeBackInAFile() throws Exception {
        byte[] sheet = (new String(World.sheet(2), "UTF-8")
            + "R-9,乙二,36031318851122002Y,JX9,课程,1,通过,2024-06-21\n").getBytes("UTF-8");
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        CreditImportReply reply = world.bank.credits().importBegin(world.key, importing())
            .run(new ByteArrayInputStream(sheet), errors);

        assertEquals(1, reply.getRejected());
        assertEquals(4, reply.getErrors(0).getRow());
        assertTrue(errors.toString("UTF-8").contains("JX9"));
        assertEquals(0, reply.getDeposited(), "without keep_going nothing is done");
    }

    @Test
    void aTranscriptIsVerifiedWithoutABank() throws Exception {
        String account = world.learner();
        world.credit(account, "R-1", "JX101", "3.5");
        world.credit(account, "R-2", "JX102", "0.125");
        byte[] transcript = world.transcript(account);

        try (Verifier verifier = world.verifier()) {
            world.bank.close();
            Verdict verdict = verifier.verify(transcript, "PARTNER").orElseThrow();
            assertTrue(verdict.isValid());
            assertEquals(account, verdict.account());
            assertEquals(Optional.of("甲一"), verdict.holder());
            assertEquals(Map.of("credit", new BigDecimal("3.625")), verdict.totals());
            assertEquals(verdict.report().getItemsList(),
                verdict.items().collect(Collectors.toList()));
            assertEquals(List.of("JX101", "JX102"), verdict.items().filter(VerdictItem::hasRecord)
                .map(item -> item.getRecord().getCode()).collect(Collectors.toList()));
            assertEquals(verdict.report().toBuilder().clearItems().build(), verdict.head());
            assertTrue(verdict.expiresAt().isPresent());
        }
    }

    @Test
    void aChangedTranscriptIsAClearNo() {
        byte[] transcript = world.transcript(world.learner());
        try (Verifier verifier = world.verifier()) {
            Verdict other = verifier.verify(transcript, "SOMEBODY");
            assertFalse(other.isValid());
            assertEquals(Status.WRONG_RECIPIENT, other.status());
            assertEquals("WRONG_RECIPIENT", other.verdict());
            assertEquals("RECIPIENT_OTHER", other.refusal().get().reason());
            assertThrows(VerificationException.class, other::orElseThrow);

            transcript[transcript.length / 2] ^= 1;
            Verdict changed = verifier.verify(transcript, "PARTNER");
            assertFalse(changed.isValid());
            assertEquals(0, changed.items().count());
            assertEquals("", changed.account());
            assertEquals(Status.MALFORMED, verifier.verify(new byte[0], "PARTNER").status());
        }
    }

    @Test
    void aPlanSaysWhatCountsAndWhyOthersDoNot() throws Exception {
        String account = world.learner();
        world.publish("rules.yaml", World.RULES);
        world.publish("programme.yaml", World.PROGRAMME, "rules.yaml", World.RULES);
        String used = world.credit(account, "R-1", "JX101", "5");
        String unused = world.credit(account, "R-2", "JX999", "2");

        Proposal plan = world.bank.plans().propose(account, "example/programme");
        assertTrue(plan.isOptimal());
        assertFalse(plan.isMet());
        assertEquals(new BigDecimal("4"), plan.counted());
        assertEquals(Map.of("core", new BigDecimal("2")), plan.missingByBucket());
        assertEquals(List.of("mathematics"), plan.applications().map(each -> each.getRule())
            .collect(Collectors.toList()));
        assertEquals(Map.of(world.bank.credits().show(unused).get().getRecordId(),
            RefusalReason.REFUSAL_REASON_NO_RULE), plan.reasons());
        assertTrue(world.bank.publications().show("example/rules@1").isPresent());

        world.bank.plans().recognise(world.key, RecognitionSignRequest.newBuilder()
            .setPlan(plan.bytes()).setHead(RecognitionHead.newBuilder().setInstitution("COLLEGE")
                .setNumber("2024-1")).build());
        assertEquals(List.of("2024-1"), world.bank.recognitions().of(account)
            .map(each -> each.getHead().getNumber()).collect(Collectors.toList()));
        assertTrue(world.bank.credits().show(used).isPresent());
    }

    @Test
    void aRecordsPlaceInTheLogIsProven() {
        String id = world.credit(world.learner(), "R-1", "JX101", "3");
        ProveReply proof = world.bank.log().prove(ProveRequest.newBuilder().setId(id).build());

        assertEquals(Long.parseLong(id.substring(0, id.indexOf('-'))), proof.getIndex());
        assertEquals(107, proof.getLeaf().size());
        assertTrue(proof.getProof().toStringUtf8().startsWith("c2sp.org/tlog-proof@v1\n"));
        assertEquals(proof.getSize(), world.bank.log().checkpoint().getSize());
    }

    @Test
    void keysAndBanksMayHaveAPassphrase() {
        Path file = world.folder.resolve("密钥.pem");
        char[] secret = "长口令 with 16 chars".toCharArray();
        world.key.save(file, secret);

        assertThrows(PermissionException.class, () -> Key.open(file));
        assertThrows(PermissionException.class, () -> Key.open(file, "wrong".toCharArray()));
        try (Key key = Key.open(file, secret)) {
            assertEquals(world.key.show(), key.show());
        }
        assertEquals(world.key.show(), Key.showPublic(world.folder.resolve("密钥.pem.pub")));
        Path reference = world.folder.resolve("reference");
        ReferenceKey.save(world.bank, "COLLEGE", reference, null);
        assertEquals(32, ReferenceKey.open(reference, null).length);
    }

    @Test
    void aBackupBecomesABankAgain() throws Exception {
        String account = world.learner();
        Path file = world.folder.resolve("backup");
        world.bank.backup(BackupRequest.newBuilder().setFile(file.toString()).build());
        Path copy = world.folder.resolve("copy");
        Bank.restore(RestoreRequest.newBuilder().setFile(file.toString())
            .setPath(copy.toString()).setGuard(world.path + ".guard")
            .setKeys(world.path.resolve("keys").toString()).build(), null);

        assertTrue(Files.exists(copy));
        assertTrue(world.bank.checkBegin().run().getOk());
        assertTrue(world.bank.learners().show(account).isPresent());
    }

    @Test
    void aJobIsSteppedByHand() {
        List<Job.State> states = new ArrayList<>();
        byte[] sheet = World.sheet(3);
        try (Job<CreditImportReply> job =
                world.bank.credits().importBegin(world.key, importing())) {
            Job.State state = Job.State.MORE;
            boolean fed = false;
            while (state != Job.State.DONE) {
                state = job.step(java.time.Duration.ZERO);
                states.add(state);
                if (state == Job.State.NEEDS_INPUT && !fed) {
                    job.feed(sheet);
                    fed = true;
                } else if (state == Job.State.NEEDS_INPUT) {
                    job.feedEnd();
                }
            }
            assertEquals(3, job.finish().getDeposited());
        }
        assertTrue(states.contains(Job.State.NEEDS_INPUT));
    }

    @Test
    void theLibraryNamesItself() {
        assertTrue(Cbank.version().startsWith("0.1."));
        assertEquals("not_found", Cbank.statusName(301));
        assertEquals("", Cbank.reasonName(-1));
        assertArrayEquals(new long[] {301, 0},
            new long[] {Status.NOT_FOUND.number(), Status.OK.number()});
    }
}
