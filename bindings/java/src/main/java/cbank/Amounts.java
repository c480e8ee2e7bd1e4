package cbank;

import cbank.v1.Amount;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Quantities: thousandths in messages, decimals for people. Never a float in between. */
public final class Amounts {
    private Amounts() {
    }

    /** 3500 is 3.5. */
    public static BigDecimal decimal(long milli) {
        BigDecimal exact = BigDecimal.valueOf(milli, 3).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    /** 3.5 is 3500. Throws {@link ArithmeticException} for what has no such number. */
    public static long milli(BigDecimal decimal) {
        return decimal.scaleByPowerOfTen(3).longValueExact();
    }

    /** 3.5 of the unit "credit". */
    public static Amount of(String unit, BigDecimal decimal) {
        return Amount.newBuilder().setUnit(unit).setMilli(milli(decimal)).build();
    }

    /** The same, of a decimal that is written out: "3.5". */
    public static Amount of(String unit, String decimal) {
        return of(unit, new BigDecimal(decimal));
    }

    /** Its number. */
    public static BigDecimal decimal(Amount amount) {
        return decimal(amount.getMilli());
    }

    /** Sums by unit: credits, hours and points are never added to each other. */
    public static Map<String, BigDecimal> byUnit(List<Amount> amounts) {
        Map<String, BigDecimal> sums = new LinkedHashMap<>();
        for (Amount amount : amounts) {
            sums.merge(amount.getUnit(), decimal(amount), BigDecimal::add);
        }
        return sums;
    }
}
