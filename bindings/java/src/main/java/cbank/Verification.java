package cbank;

import com.google.protobuf.Parser;
import java.util.Optional;

/**
 * What a verification says: yes, or a clear no with its reason. Nothing of the file's content is in
 * the report of a no.
 *
 * @param <R> the report
 */
public final class Verification<R> {
    private final Parser<R> parser;
    private final Failure failure;
    private final byte[] bytes;
    private volatile R report;

    Verification(Parser<R> parser, Failure failure, byte[] bytes) {
        this.parser = parser;
        this.failure = failure;
        this.bytes = bytes;
    }

    /** Whether it is genuine, as it stands, for whoever asked. */
    public boolean isValid() {
        return failure == null;
    }

    /** {@link Status#OK} for a yes. */
    public Status status() {
        return failure == null ? Status.OK : failure.status;
    }

    /** Why not, as the exception that {@link #orElseThrow} throws; empty for a yes. */
    public Optional<CbankException> refusal() {
        return Optional.ofNullable(failure).map(Failure::exception);
    }

    /** The report of a yes. Throws {@link VerificationException} or {@link DataException} else. */
    public R orElseThrow() {
        if (failure != null) {
            throw failure.exception();
        }
        return report();
    }

    /** The report, whatever the verdict; decoded when it is first asked for. */
    public R report() {
        R known = report;
        if (known == null) {
            known = Call.parse(parser, bytes);
            report = known;
        }
        return known;
    }

    /** The report as the library wrote it. */
    public byte[] bytes() {
        return bytes.clone();
    }

    byte[] raw() {
        return bytes;
    }
}
