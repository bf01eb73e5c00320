package dev.pawl.lock.jdbc.internal.innodb;

import java.util.Map;
import java.util.stream.Collectors;

/** The one kind of JSON that a statement takes: pairs of name and owner. */
final class Json {

    private Json() {}

    static String pairs(Map<String, String> owners) {
        return owners.entrySet().stream()
                .map(entry -> "{\"name\":" + string(entry.getKey()) + ",\"owner\":" + string(entry.getValue()) + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String string(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
