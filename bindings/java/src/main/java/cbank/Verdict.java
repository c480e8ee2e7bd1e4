package cbank;

import cbank.api.v1.VerdictItem;
import cbank.api.v1.VerdictReport;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the verification of a transcript says. Its head is decoded when it is first asked for, an
 * item when a stream comes to it.
 */
public final class Verdict {
    private final Verification<VerdictReport> verification;
    private final List<int[]> items = new ArrayList<>();
    private VerdictReport head;

    Verdict(Verification<VerdictReport> verification) {
        this.verification = verification;
    }

    /** Whether it is genuine, as it stands, for whoever asked. */
    public boolean isValid() {
        return verification.isValid();
    }

    /** {@link Status#OK} for a yes. */
    public Status status() {
        return verification.status();
    }

    /** Why not; empty for a yes. */
    public Optional<CbankException> refusal() {
        return verification.refusal();
    }

    /** Itself if it is a yes; else {@link VerificationException} or {@link DataException}. */
    public Verdict orElseThrow() {
        verification.refusal().ifPresent(refusal -> {
            throw refusal;
        });
        return this;
    }

    /** Everything but the items. */
    public synchronized VerdictReport head() {
        if (head == null) {
            head = Call.parse(VerdictReport.parser(), withoutItems());
        }
        return head;
    }

    /** Everything, items and all. */
    public VerdictReport report() {
        return verification.report();
    }

    /** "VALID", or the class of the no: "BROKEN_CHAIN". */
    public String verdict() {
        return head().getVerdict();
    }

    /** Whose transcript it is: the number of the account. */
    public String account() {
        return head().getAccount();
    }

    /** The holder's name, where it is disclosed. */
    public Optional<String> holder() {
        String name = head().getHolder().getName();
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    /** When it ends to be good. */
    public Optional<Instant> expiresAt() {
        return Dates.instant(head().getTerms().getExpiresAt());
    }

    /** What the shown records that hold add up to, by unit. */
    public Map<String, BigDecimal> totals() {
        return Amounts.byUnit(head().getTotalsList());
    }

    /** The entries of the account, one after the other. */
    public Stream<VerdictItem> items() {
        head();
        byte[] bytes = verification.raw();
        return items.stream().map(range -> item(bytes, range));
    }

    private static VerdictItem item(byte[] bytes, int[] range) {
        try {
            return VerdictItem.parser().parseFrom(bytes, range[0], range[1]);
        } catch (IOException e) {
            throw new IllegalStateException("the library wrote a message that is none", e);
        }
    }

    /** The bytes of the other fields; notes where the items are. */
    private byte[] withoutItems() {
        byte[] bytes = verification.raw();
        CodedInputStream in = CodedInputStream.newInstance(bytes);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            while (!in.isAtEnd()) {
                int from = in.getTotalBytesRead();
                int tag = in.readTag();
                if (WireFormat.getTagFieldNumber(tag) == VerdictReport.ITEMS_FIELD_NUMBER) {
                    int size = in.readRawVarint32();
                    items.add(new int[] {in.getTotalBytesRead(), size});
                    in.skipRawBytes(size);
                } else {
                    in.skipField(tag);
                    out.write(bytes, from, in.getTotalBytesRead() - from);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the library wrote a message that is none", e);
        }
        return out.toByteArray();
    }
}
