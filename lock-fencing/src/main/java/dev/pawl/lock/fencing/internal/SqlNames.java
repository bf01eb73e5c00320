package dev.pawl.lock.fencing.internal;

import java.util.regex.Pattern;

/** Names in statements, and names that are stored by them. */
public final class SqlNames {

    /** Put into statements as it is: nothing that would need quotes. */
    private static final Pattern IDENTIFIER =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?");

    /** What every database here can index and compare as it stands; H2 counts as Java does, an emoji as two. */
    private static final int LONGEST = 255;

    private static final int ASCII = 0x80;

    private SqlNames() {}

    /** Refuses the name of a table or column that would need quotes. */
    public static String checkIdentifier(String parameter, String value) {
        if (!IDENTIFIER.matcher(value).matches()) {
            throw new IllegalArgumentException(parameter + " '" + value
                    + "': must be letters, digits and '_', the first no digit, with a schema and '.' before it or not");
        }
        return value;
    }

    /**
     * Whether a name can be stored as it is, and found by itself alone. One is not that is too long for an index, or has a zero
     * character, which PostgreSQL does not store.
     *
     * @param unicode whether the database stores every character; otherwise what is not ASCII is not, either
     */
    public static boolean isStorable(String name, boolean unicode) {
        return name.length() <= LONGEST
                && name.indexOf('\0') < 0
                && (unicode || name.chars().allMatch(c -> c < ASCII));
    }
}
