package dev.pawl.lock.fencing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The statements, each a resource file whose comment lines name its parameters and its answer. */
final class FenceSql {

    /** Put into statements as it is: nothing that would need quotes. */
    private static final Pattern IDENTIFIER =
            Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}(\\.[A-Za-z_][A-Za-z0-9_]{0,62})?");

    private static final Pattern COMMENT = Pattern.compile("(^|\\s+)--.*");

    private FenceSql() {}

    /** Reads a statement without its comments; the database is a folder beside this class. */
    static String read(String database, String name, String table) {
        String file = database + "/" + name + ".sql";
        try (InputStream in = FenceSql.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("resource " + file + " is missing from the jar of lock-fencing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> COMMENT.matcher(line).replaceFirst(""))
                    .filter(line -> !line.isBlank())
                    .collect(Collectors.joining("\n"))
                    .replace("{table}", table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Refuses what would need quotes. */
    static String identifier(String parameter, String value) {
        if (!IDENTIFIER.matcher(value).matches()) {
            throw new IllegalArgumentException(parameter + " '" + value
                    + "': must be letters, digits and '_', the first no digit, with a schema and '.' before it or not");
        }
        return value;
    }

    /** Text as a literal of PostgreSQL, whatever {@code standard_conforming_strings} says. */
    static String literal(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
    }
}
