package dev.pawl.lock.fencing.internal;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a look at a table has found: see the statements called {@code shape}.
 *
 * @param isThere whether there is such a table
 * @param missing the columns that it lacks, and perhaps the key
 * @param misfits what is not as it has to be
 */
public record TableShape(boolean isThere, Set<String> missing, List<Misfit> misfits) {

    /**
     * Something that is not as it has to be.
     *
     * @param kind what it is, such as {@code column} or {@code setting}
     * @param what its name
     * @param value what it is instead
     */
    public record Misfit(String kind, String what, String value) {

        /** In words. */
        String said() {
            return (kind.equals("setting") ? "" : kind + " ") + what + " is " + value.trim();
        }
    }

    /**
     * Reads rows of kind, name, value, and whether it fits.
     *
     * @param columns that have to be there
     * @param key in words, the key that has to be there, as one that fits
     */
    public static TableShape read(ResultSet rows, Set<String> columns, String key) throws SQLException {
        Set<String> missing = new TreeSet<>(columns);
        missing.add(key);
        List<Misfit> misfits = new ArrayList<>();
        boolean isThere = false;
        while (rows.next()) {
            String kind = rows.getString(1);
            boolean fits = rows.getBoolean(4);
            isThere |= kind.equals("column");
            if (!kind.equals("key")) {
                missing.remove(rows.getString(2));
            } else if (fits) {
                missing.remove(key);
            }
            if (!fits) {
                misfits.add(new Misfit(kind, rows.getString(2), rows.getString(3)));
            }
        }
        return new TableShape(isThere, missing, misfits);
    }

    /** Those of a kind. */
    public List<Misfit> misfits(String kind) {
        return misfits.stream().filter(misfit -> misfit.kind.equals(kind)).toList();
    }

    /** All that is wrong, in words, but for misfits of some kinds; empty if nothing is. */
    public String wrong(Set<String> butFor) {
        List<String> all = new ArrayList<>();
        if (!missing.isEmpty()) {
            all.add("it lacks " + missing);
        }
        misfits.stream().filter(misfit -> !butFor.contains(misfit.kind)).forEach(misfit -> all.add(misfit.said()));
        return String.join("; ", all);
    }
}
