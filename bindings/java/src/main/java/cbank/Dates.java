package cbank;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;

/** Days are numbers in messages, 20240621, with 00 for a month or day that is not known. */
public final class Dates {
    private Dates() {
    }

    /** The day, if all of it is known. */
    public static Optional<LocalDate> day(int number) {
        try {
            return Optional.of(LocalDate.of(number / 10000, number / 100 % 100, number % 100));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The number of a day. */
    public static int number(LocalDate day) {
        if (day.getYear() < 1 || day.getYear() > 9999) {
            throw new IllegalArgumentException("a year of other than four digits: " + day);
        }
        return day.getYear() * 10000 + day.getMonthValue() * 100 + day.getDayOfMonth();
    }

    /** A time, in seconds since 1970; 0 is not stated. */
    public static Optional<Instant> instant(long seconds) {
        return seconds == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }

    /** The seconds of a time. */
    public static long seconds(Instant time) {
        return time.getEpochSecond();
    }
}
