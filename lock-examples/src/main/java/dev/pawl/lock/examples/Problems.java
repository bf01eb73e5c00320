package dev.pawl.lock.examples;

import java.io.IOException;
import java.util.Objects;

/** Says what went wrong in one line, without secrets. */
final class Problems {

    private Problems() {}

    static String oneLine(Exception problem) {
        String message = Objects.requireNonNullElse(problem.getMessage(), "").strip();
        boolean bare = message.isEmpty() || problem instanceof IOException;
        String text = bare ? problem.getClass().getSimpleName() + ": " + message : message;
        return Secrets.mask(text.replaceAll("\\s+", " ").strip());
    }
}
