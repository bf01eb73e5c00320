package dev.pawl.lock.fencing.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The statements of a module: resource files, one each, in a folder for each database. Comment lines name the parameters and the
 * answer, and {@code {table}} is the table.
 */
public final class SqlFiles {

    private static final Pattern COMMENT = Pattern.compile("(^|\\s+)--.*");

    private final Class<?> owner;
    private final String root;

    /**
     * @param owner a class of the module
     * @param root the path in its jar of the folders, with a slash at both ends
     */
    public SqlFiles(Class<?> owner, String root) {
        this.owner = owner;
        this.root = root;
    }

    /** The text of a statement, without its comments, from the first of these folders that has it. */
    public String read(List<String> folders, String name, String table) {
        for (String folder : folders) {
            try (InputStream in = owner.getResourceAsStream(root + folder + "/" + name + ".sql")) {
                if (in != null) {
                    return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .map(line -> COMMENT.matcher(line).replaceFirst(""))
                            .filter(line -> !line.isBlank())
                            .collect(Collectors.joining("\n"))
                            .replace("{table}", table);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new IllegalStateException("statement " + name + " is missing from the jar, in " + root + folders);
    }
}
