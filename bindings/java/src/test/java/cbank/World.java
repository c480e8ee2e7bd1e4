package cbank;

import cbank.api.v1.DirectoryRequest;
import cbank.api.v1.PublicationInfo;
import cbank.api.v1.PublishRequest;
import cbank.api.v1.RulesCheckReply;
import cbank.api.v1.RulesCheckRequest;
import cbank.api.v1.RulesDocument;
import cbank.v1.Code;
import cbank.v1.CreditRecord;
import cbank.v1.LangText;
import cbank.v1.RecordType;
import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.stream.Stream;

/** A bank with a college in it. The people are invented; nobody is as old as their numbers say. */
final class World implements AutoCloseable {
    static final String ORIGIN = "bank.example/credit/sha256-ed25519/1";
    static final String NUMBER = "360302188103040012";
    static final String OTHER_NUMBER = "36031318851122002X";

    static final String RULES = """
        kind: ruleset
        id: example/rules
        edition: 1
        authority: COLLEGE
        title: {zh: 示例转换规则, en: Example rules}
        standing: own
        effective: 2020-01-01..
        date: application
        partial_dates: refuse
        zone: "+08:00"
        defaults: {use: everywhere}
        rules:
          - id: mathematics
            priority: 10
            sources: {codes: JX101}
            grants: {course: MATH, amount: catalogue, grade: passed}
        """;
    static final String PROGRAMME = """
        kind: programme
        id: example/programme
        edition: 1
        authority: COLLEGE
        title: {zh: 示例培养方案, en: Example programme}
        standing: own
        effective: 2020-01-01..
        date: application
        partial_dates: refuse
        zone: "+08:00"
        unit: credit
        total: 10
        rule_sets: [example/rules]
        uses: [{kind: ruleset, id: example/rules, edition: 1, file: rules.yaml}]
        buckets:
          - {id: core, min: 6, title: {zh: 核心课, en: core}}
          - {id: free, title: {zh: 任选课, en: free}}
        courses:
          - {code: MATH, title: {zh: 数学, en: Mathematics}, amount: 4, buckets: [core]}
        """;

    final Path folder;
    final Path path;
    final Bank bank;
    final Key key = Key.create();
    final String fingerprint;

    World() throws IOException {
        folder = Files.createTempDirectory("cbank-java");
        path = folder.resolve("银行");
        fingerprint = Bank.create(path, ORIGIN, "示范学分银行").getFingerprint();
        bank = Bank.open(path);
        bank.institutions().admit(Institutions.request(key, ORIGIN, "COLLEGE", "示范学院"));
    }

    String learner() {
        return bank.learners().open("甲一", "cn-id", NUMBER);
    }

    static CreditRecord record(String reference, String code, String credits) {
        return CreditRecord.newBuilder().setType(RecordType.RECORD_TYPE_COURSE)
            .setReference(reference).setCode(code)
            .addTitle(LangText.newBuilder().setLang("zh").setValue("高等数学"))
            .addAmounts(Amounts.of("credit", credits))
            .setTerm(Code.newBuilder().setScheme("cbank").setValue("1"))
            .setAwardedOn(Dates.number(LocalDate.of(2024, 6, 21))).build();
    }

    /** Issues a record; answers its id. */
    String credit(String account, String reference, String code, String credits) {
        return bank.credits().issue(key, "COLLEGE", account, record(reference, code, credits))
            .getId();
    }

    byte[] transcript(String account) {
        bank.consents().give(account, "PARTNER", 20991231);
        return bank.transcripts().issue(account, "PARTNER").getFile().toByteArray();
    }

    Verifier verifier() {
        try (Key root = Key.open(path.resolve("keys/root.key"))) {
            return Verifier.open(bank.directory(root, DirectoryRequest.getDefaultInstance())
                .getFile().toByteArray(), fingerprint);
        }
    }

    /** Signs documents, the main one first, and publishes what comes of it. */
    PublicationInfo publish(String... namesAndTexts) throws IOException, InterruptedException {
        RulesCheckRequest.Builder request = RulesCheckRequest.newBuilder().setLang("en");
        for (int i = 0; i < namesAndTexts.length; i += 2) {
            request.addDocuments(RulesDocument.newBuilder().setName(namesAndTexts[i])
                .setContent(ByteString.copyFromUtf8(namesAndTexts[i + 1])));
        }
        ByteArrayOutputStream signed = new ByteArrayOutputStream();
        RulesCheckReply checked = Rules.signBegin(key, request.build())
            .run(new ByteArrayInputStream(new byte[0]), signed);
        if (checked.getErrors() != 0) {
            throw new AssertionError(checked.toString());
        }
        return bank.publications().publishBegin(PublishRequest.getDefaultInstance())
            .run(new ByteArrayInputStream(signed.toByteArray()), (name, bytes) -> { });
    }

    /** A file of so many rows, each of another course of the same person. */
    static byte[] sheet(int rows) {
        StringBuilder text = new StringBuilder("记录编号,姓名,公民身份号码,课程号,课程名称,学分,结果,获得日期\n");
        for (int i = 0; i < rows; i++) {
            text.append("R-").append(i).append(",甲一,").append(NUMBER).append(",JX").append(i)
                .append(",课程,1,通过,2024-06-21\n");
        }
        return text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        key.close();
        bank.close();
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).forEach(each -> each.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
