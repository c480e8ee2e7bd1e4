package cbank;

import cbank.api.v1.TranscriptVerifyRequest;
import cbank.api.v1.VerifierRequest;
import com.google.protobuf.UnsafeByteOperations;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a verification costs from Java beside the same from C: processor time of the thread. */
final class Bench {
    private static final int ROUNDS = 5;

    private Bench() {
    }

    /** Arguments: the program in C, the folder of the shared cases, how many a round. */
    public static void main(String[] args) throws Exception {
        Path files = Path.of(args[1]);
        int count = Integer.parseInt(args[2]);
        String cases = Files.readString(files.resolve("cases.json"));
        String fingerprint = first(cases, "\"root_fingerprint\": \"(\\w+)\"");
        long at = Long.parseLong(first(cases, "\"at\": (\\d+)"));
        byte[] file = Files.readAllBytes(files.resolve("whole.transcript"));
        VerifierRequest trust = VerifierRequest.newBuilder().setRootFingerprint(fingerprint)
            .setAt(at).setDirectory(UnsafeByteOperations.unsafeWrap(
                Files.readAllBytes(files.resolve("bank.directory")))).build();
        try (Verifier verifier = Verifier.open(trust)) {
            double inC = inC(args[0], files, fingerprint, at, count);
            System.out.printf("%-28s %8.1f us%n", "C", inC / 1000);
            tell("verified, nothing decoded", inC,
                fastest(count, () -> verify(verifier, file, at)));
            tell("and the totals", inC, fastest(count, () -> verify(verifier, file, at).totals()));
            tell("and every record", inC,
                fastest(count, () -> verify(verifier, file, at).items().count()));
        }
    }

    private static Verdict verify(Verifier verifier, byte[] file, long at) {
        Verdict verdict = verifier.verify(TranscriptVerifyRequest.newBuilder().setAt(at)
            .setFile(UnsafeByteOperations.unsafeWrap(file)).setRecipient("COLLEGE-B").build());
        if (!verdict.isValid()) {
            throw verdict.refusal().get();
        }
        return verdict;
    }

    private static double fastest(int count, Runnable call) {
        double best = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            long from = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            for (int i = 0; i < count; i++) {
                call.run();
            }
            long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - from;
            best = Math.min(best, (double) spent / count);
        }
        return best;
    }

    private static double inC(String program, Path files, String fingerprint, long at, int count)
        throws Exception {
        Process process = new ProcessBuilder(program, files.resolve("bank.directory").toString(),
            fingerprint, files.resolve("whole.transcript").toString(), "COLLEGE-B",
            Long.toString(at), Integer.toString(count)).start();
        return Double.parseDouble(new String(process.getInputStream().readAllBytes()).trim());
    }

    private static void tell(String name, double inC, double spent) {
        System.out.printf("%-28s %8.1f us   %+6.1f %%%n", name, spent / 1000,
            100 * (spent / inC - 1));
    }

    private static String first(String text, String pattern) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        if (!found.find()) {
            throw new IllegalArgumentException(pattern);
        }
        return found.group(1);
    }
}
