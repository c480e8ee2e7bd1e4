package cbank;

import cbank.v1.Plan;
import cbank.v1.PlanApplication;
import cbank.v1.PlanRefusal;
import cbank.v1.RefusalReason;
import com.google.protobuf.ByteString;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A plan, and why it is that one. It proposes and binds nobody. */
public final class Proposal {
    private final ByteString bytes;
    private final Plan plan;

    Proposal(ByteString bytes) {
        this.bytes = bytes;
        plan = Call.parse(Plan.parser(), bytes.toByteArray());
    }

    /** The plan, byte for byte: what is recognised and checked. */
    public ByteString bytes() {
        return bytes;
    }

    /** All of it. */
    public Plan plan() {
        return plan;
    }

    /** Whether it is proven that no plan is better. */
    public boolean isOptimal() {
        return plan.getOptimal();
    }

    /** Whether the account fulfils the programme with it. */
    public boolean isMet() {
        return plan.getMeasures().getMissingMilli() == 0;
    }

    /** What counts, in the programme's unit. */
    public BigDecimal counted() {
        return Amounts.decimal(plan.getMeasures().getCountedMilli());
    }

    /** What is missing, in the programme's unit. */
    public BigDecimal missing() {
        return Amounts.decimal(plan.getMeasures().getMissingMilli());
    }

    /** What is missing, bucket by bucket; buckets that are full are left out. */
    public Map<String, BigDecimal> missingByBucket() {
        Map<String, BigDecimal> missing = new LinkedHashMap<>();
        plan.getBucketsList().stream().filter(bucket -> bucket.getMissingMilli() > 0)
            .forEach(bucket -> missing.put(bucket.getBucket(),
                Amounts.decimal(bucket.getMissingMilli())));
        return missing;
    }

    /** The rules that are applied, each with its records and what they become. */
    public Stream<PlanApplication> applications() {
        return plan.getApplicationsList().stream();
    }

    /** The records that are not used, each with the reason. */
    public Stream<PlanRefusal> refusals() {
        return plan.getRefusalsList().stream();
    }

    /** Why each unused record is not used, by its record id. */
    public Map<ByteString, RefusalReason> reasons() {
        Map<ByteString, RefusalReason> reasons = new LinkedHashMap<>();
        refusals().forEach(one -> reasons.putIfAbsent(
            plan.getSources(one.getSource()).getRecord(), one.getReason()));
        return reasons;
    }
}
