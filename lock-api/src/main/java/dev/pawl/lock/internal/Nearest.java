package dev.pawl.lock.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;

/** What somebody may have meant who mistyped a word. */
final class Nearest {

    private Nearest() {}

    /** The candidate with the fewest edits, if they are at most a third of the word; the first by name among equals. */
    static Optional<String> to(String word, Collection<String> candidates) {
        int enough = Math.max(2, word.length() / 3);
        return new TreeSet<>(candidates)
                .stream()
                        .filter(candidate -> distance(word, candidate) <= enough)
                        .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
    }

    /** The end of a sentence: a hint, or nothing. */
    static String hint(String word, Collection<String> candidates) {
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
