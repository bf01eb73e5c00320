package dev.pawl.lock.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the answers and the complaints go.
 *
 * @param out the answers
 * @param err the complaints
 */
record Output(PrintStream out, PrintStream err) {

    /** One line on the error stream. */
    void say(String line) {
        err.println("pawl: " + Text.oneLine(line));
        err.flush();
    }

    void line(String line) throws CliException {
        out.println(Text.visible(line));
        flush();
    }

    void json(@Nullable Object value) throws CliException {
        out.println(Json.of(value));
        flush();
    }

    /** A line for each entry, the values below one another. */
    void fields(Map<String, String> fields) throws CliException {
        int width = fields.keySet().stream().mapToInt(String::length).max().orElse(0);
        fields.forEach(
                (name, value) -> out.println(name + " ".repeat(width - name.length() + 2) + Text.visible(value)));
        flush();
    }

    /** Lines of cells, the cells of a column below one another. */
    void table(List<List<String>> rows) throws CliException {
        List<List<String>> shown = rows.stream()
                .map(row -> row.stream().map(Text::visible).toList())
                .toList();
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : shown) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(
                        widths[i], row.get(i).codePointCount(0, row.get(i).length()));
            }
        }
        for (List<String> row : shown) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                line.append(cell).append(" ".repeat(widths[i] - cell.codePointCount(0, cell.length()) + 2));
            }
            out.println(line.toString().stripTrailing());
        }
        flush();
    }

    private void flush() throws CliException {
        if (out.checkError()) {
            throw new CliException(ExitCode.UNWRITTEN, "the answer could not be written");
        }
    }
}
