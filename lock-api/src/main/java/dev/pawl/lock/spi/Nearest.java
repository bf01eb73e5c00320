package dev.pawl.lock.spi;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;

/** Guesses the word that somebody meant who mistyped it. */
public final class Nearest {

    private Nearest() {}

    /**
     * Finds the candidate with the fewest edits, if they are at most a third of the word.
     *
     * @param word what was written
     * @param candidates what it may have been meant to be
     * @return the nearest, the first by name among equals; empty if none is near
     */
    public static Optional<String> to(String word, Collection<String> candidates) {
        int enough = Math.max(2, word.length() / 3);
        return new TreeSet<>(candidates)
                .stream()
                        .filter(candidate -> distance(word, candidate) <= enough)
                        .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
    }

    /**
     * Ends a message.
     *
     * @param word what was written
     * @param candidates what it may have been meant to be
     * @return {@code "; did you mean 'x'?"}, or empty text if no candidate is near
     */
    public static String hint(String word, Collection<String> candidates) {
        return to(word, candidates)
                .map(nearest -> "; did you mean '" + nearest + "'?")
                .orElse("");
    }

    /** V. Levenshtein, 1966: the least number of characters to insert, delete or replace. Two rows of the matrix suffice. */
    static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int[] row = new int[to.length() + 1];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
            }
            above = row;
        }
        return above[to.length()];
    }
}
