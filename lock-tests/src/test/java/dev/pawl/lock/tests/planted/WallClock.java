package dev.pawl.lock.tests.planted;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Calendar;
import java.util.Date;
import java.util.function.LongSupplier;

@SuppressWarnings({"JavaTimeDefaultTimeZone", "JavaUtilDate"})
final class WallClock {

    private WallClock() {}

    static long currentTimeMillis() {
        return System.currentTimeMillis();
    }

    static LongSupplier methodReference() {
        return System::currentTimeMillis;
    }

    static Instant instant() {
        return Instant.now();
    }

    static LocalDateTime localDateTime() {
        return LocalDateTime.now();
    }

    static Clock clock() {
        return Clock.systemUTC();
    }

    static Date date() {
        return new Date();
    }

    static Calendar calendar() {
        return Calendar.getInstance();
    }
}
