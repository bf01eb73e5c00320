package dev.pawl.lock.examples;

/** A line of fields between the demo and a worker. */
final class Fields {

    static final String QUIT = "quit";
    private static final String SEPARATOR = "\t";

    private Fields() {}

    static String join(String... fields) {
        return String.join(SEPARATOR, fields);
    }

    static String[] split(String line) {
        return line.split(SEPARATOR, -1);
    }
}
