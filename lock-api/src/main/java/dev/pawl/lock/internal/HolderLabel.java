package dev.pawl.lock.internal;

import dev.pawl.lock.LockInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client calls itself, for people: {@code pawl.holder}. */
public final class HolderLabel {

    private static final int LONGEST = 128;

    /** What is no sign of its own, and may move or turn those beside it. */
    private static final Set<Integer> UNSEEN =
            Set.of((int) Character.FORMAT, (int) Character.LINE_SEPARATOR, (int) Character.PARAGRAPH_SEPARATOR, (int)
                    Character.SURROGATE);

    private HolderLabel() {}

    /** Refuses what is no label. */
    public static String check(String label) {
        if (label.isBlank() || label.length() > LONGEST || label.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "holder: must be 1 to " + LONGEST + " characters, no control character among them, but got '"
                            + label.substring(0, Math.min(label.length(), LONGEST)) + "'");
        }
        return label;
    }

    /** For the end of a message: who had a lock, and since when; nothing if neither is known. */
    static String had(@Nullable LockInfo holder, String what) {
        if (holder == null || (holder.holder().isEmpty() && holder.since().isEmpty())) {
            return "";
        }
        String who = holder.holder().map(label -> "'" + visible(label) + "'").orElse("somebody");
        String since = holder.since()
                .map(instant -> " since " + instant.truncatedTo(ChronoUnit.MILLIS))
                .orElse("");
        return "; when last asked, " + who + " had " + what + since;
    }

    /** The label of another is whatever stands at the service: it is cut, and what would move a cursor is shown as its code. */
    private static String visible(String label) {
        StringBuilder shown = new StringBuilder();
        label.substring(0, Math.min(label.length(), LONGEST)).codePoints().forEach(c -> {
            if (Character.isISOControl(c) || UNSEEN.contains(Character.getType(c))) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    /** {@code <host>/<pid>}. */
    static String usual() {
        String end = "/" + ProcessHandle.current().pid();
        String host = Host.NAME;
        return host.substring(0, Math.min(host.length(), LONGEST - end.length())) + end;
    }

    /** Looked up once, where that takes no name server: it may be one that does not answer. */
    private static final class Host {
        private static final String NAME = name();

        private static String name() {
            for (String variable : new String[] {"HOSTNAME", "COMPUTERNAME"}) {
                String value = System.getenv(variable);
                if (value != null && isName(value)) {
                    return value.strip();
                }
            }
            try {
                String value = Files.readString(Path.of("/etc/hostname"));
                return isName(value) ? value.strip() : "localhost";
            } catch (IOException e) {
                return "localhost";
            }
        }

        private static boolean isName(String value) {
            return !value.isBlank() && value.strip().chars().noneMatch(Character::isISOControl);
        }
    }
}
