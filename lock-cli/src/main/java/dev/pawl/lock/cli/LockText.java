package dev.pawl.lock.cli;

import dev.pawl.lock.LockInfo;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a service says of a lock, for people and for programs. */
final class LockText {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    /** Of the rows below. */
    static final List<String> HEADINGS = List.of("NAME", "TOKEN", "HOLDER", "SINCE", "WAITING");

    private LockText() {}

    static List<String> row(LockInfo info) {
        return List.of(
                info.name(),
                Long.toString(info.token().value()),
                info.holder().orElse("unknown") + (info.isRevoked() ? " (revoked)" : ""),
                info.since().map(LockText::ago).orElse("unknown"),
                waiting(info));
    }

    private static String waiting(LockInfo info) {
        return info.waiting().isPresent() ? Integer.toString(info.waiting().getAsInt()) : "unknown";
    }

    /** {@code held by web-3/4711 since 12s, 2 wait}. */
    static String heldBy(LockInfo info) {
        return "held by " + info.holder().orElse("somebody")
                + info.since().map(since -> " since " + ago(since)).orElse("")
                + (info.waiting().isPresent() ? ", " + count(info.waiting().getAsInt()) : "")
                + (info.isRevoked() ? ", taken away, but not let go yet" : "");
    }

    private static String count(int waiting) {
        return waiting == 1 ? "1 waits" : waiting + " wait";
    }

    static Map<String, String> fields(LockInfo info) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("name", info.name());
        fields.put("kind", kind(info));
        fields.put("token", Long.toString(info.token().value()));
        fields.put("holder", info.holder().orElse("unknown"));
        fields.put(
                "since",
                info.since().map(since -> time(since) + " (" + ago(since) + ")").orElse("unknown"));
        fields.put(
                "until",
                info.until().map(until -> time(until) + ", unless renewed").orElse("unknown"));
        fields.put("waiting", waiting(info));
        if (info.isRevoked()) {
            fields.put("revoked", "yes: it is free when its holder has let go, or at the time above");
        }
        return fields;
    }

    /** A token is text: many programs read numbers as floating point, which is too small for it. */
    static Map<String, @Nullable Object> json(LockInfo info) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", info.name());
        json.put("held", true);
        json.put("kind", kind(info));
        json.put("token", Long.toString(info.token().value()));
        json.put("holder", info.holder().orElse(null));
        json.put("since", info.since().map(LockText::iso).orElse(null));
        json.put("until", info.until().map(LockText::iso).orElse(null));
        json.put("waiting", info.waiting().isPresent() ? info.waiting().getAsInt() : null);
        json.put("revoked", info.isRevoked());
        return json;
    }

    static Map<String, @Nullable Object> jsonOfFree(String name) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", name);
        json.put("held", false);
        return json;
    }

    static String time(Instant instant) {
        return TIME.format(instant);
    }

    private static String kind(LockInfo info) {
        return info.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** As far as this machine's clock and the service's agree. */
    private static String ago(Instant since) {
        return Text.duration(Duration.between(since, Instant.now()));
    }

    private static String iso(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
