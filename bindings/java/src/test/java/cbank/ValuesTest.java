package cbank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import cbank.v1.Amount;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Decimals and days: exact, there and back. */
class ValuesTest {
    @Test
    void thousandthsAreDecimals() {
        assertEquals(new BigDecimal("3.5"), Amounts.decimal(3500));
        assertEquals(new BigDecimal("10"), Amounts.decimal(10_000));
        assertEquals(new BigDecimal("0"), Amounts.decimal(0));
        assertEquals(new BigDecimal("-0.125"), Amounts.decimal(-125));
        for (long milli : new long[] {Long.MIN_VALUE, -1, 0, 1, 999, 1000, Long.MAX_VALUE}) {
            assertEquals(milli, Amounts.milli(Amounts.decimal(milli)));
        }
        assertThrows(ArithmeticException.class, () -> Amounts.milli(new BigDecimal("0.0001")));
        assertThrows(ArithmeticException.class, () -> Amounts.milli(new BigDecimal("1e17")));
    }

    @Test
    void unitsAreNeverAddedToEachOther() {
        List<Amount> amounts = List.of(Amounts.of("credit", "0.1"), Amounts.of("hour", "16"),
            Amounts.of("credit", "0.2"));
        assertEquals(Map.of("credit", new BigDecimal("0.3"), "hour", new BigDecimal("16")),
            Amounts.byUnit(amounts));
    }

    @Test
    void daysAreNumbers() {
        assertEquals(Optional.of(LocalDate.of(2024, 2, 29)), Dates.day(20240229));
        assertEquals(20240229, Dates.number(LocalDate.of(2024, 2, 29)));
        for (int partial : new int[] {0, 20240000, 20240600, 20230229, -1, Integer.MAX_VALUE}) {
            assertEquals(Optional.empty(), Dates.day(partial));
        }
        assertThrows(IllegalArgumentException.class, () -> Dates.number(LocalDate.of(10000, 1, 1)));
        assertEquals(Optional.empty(), Dates.instant(0));
        assertEquals(Optional.of(Instant.ofEpochSecond(7)), Dates.instant(7));
    }
}
