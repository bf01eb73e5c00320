package dev.pawl.lock.examples;

import java.util.HashMap;
import java.util.Map;

/**
 * What the command line asks for.
 *
 * @param url the lock service
 * @param workers how many sell at once
 * @param items how many pieces are in stock
 * @param help whether only the help is wanted
 */
record Arguments(String url, int workers, int items, boolean help) {

    static final int DEFAULT_WORKERS = 4;
    static final int DEFAULT_ITEMS = 2_000;
    static final int MAX_WORKERS = 64;
    static final int MAX_ITEMS = 100_000;

    static Arguments parse(String... args) throws DemoException {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < args.length; i++) {
            String arg = args[i];
            if (arg.equals("--help") || arg.equals("-h")) {
                return new Arguments(Embedded.url(), DEFAULT_WORKERS, DEFAULT_ITEMS, true);
            }
            int equals = arg.indexOf('=');
            String option = arg.startsWith("--") && equals > 0 ? arg.substring(0, equals) : arg;
            switch (option) {
                case "--url", "--workers", "--items" -> {
                    boolean attached = option.length() < arg.length();
                    if (!attached && i + 1 == args.length) {
                        throw new DemoException(option + " needs a value; see --help");
                    }
                    String value = attached ? arg.substring(equals + 1) : args[++i];
                    if (given.put(option, value) != null) {
                        throw new DemoException(option + " is given twice; see --help");
                    }
                }
                default -> throw new DemoException("unknown option '" + Secrets.mask(option) + "'; see --help");
            }
        }
        return new Arguments(
                url(given.getOrDefault("--url", Embedded.url())),
                number(given, "--workers", DEFAULT_WORKERS, MAX_WORKERS),
                number(given, "--items", DEFAULT_ITEMS, MAX_ITEMS),
                false);
    }

    private static String url(String url) throws DemoException {
        if (url.isBlank() || url.chars().anyMatch(Character::isISOControl)) {
            throw new DemoException("--url needs a URL such as redis://localhost:6379; see --help");
        }
        return url;
    }

    private static int number(Map<String, String> given, String option, int otherwise, int most) throws DemoException {
        String text = given.get(option);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, with the range.
        }
        throw new DemoException(option + " is a number from 1 to " + most + ", but got '" + Secrets.mask(text) + "'");
    }

    /** Whether the service lives in this JVM, so that the workers must too. */
    boolean isInProcess() {
        return url.startsWith("memory:") || url.startsWith("jdbc:h2:mem:");
    }

    /** Whether the service is the database that the demo brings. */
    boolean isEmbedded() {
        return url.equals(Embedded.url());
    }

    static String helpText() {
        return """
                Usage: ./demo [--url URL] [--workers N] [--items N]

                Sells one inventory item by several workers at once: without a lock, with a lock,
                and with a worker that is stopped for longer than its lease lasts.

                  --url URL      the lock service, such as redis://localhost:6379 or
                                 jdbc:postgresql://localhost/app?user=me&password=secret
                                 (default: a database in a file, nothing to install)
                  --workers N    how many workers sell at once, 1 to %d (default %d)
                  --items N      how many pieces this run puts into stock, 1 to %d (default %d)
                  --help         this text

                Each worker is a JVM of its own. Without --url, one more JVM serves the database, to
                all runs of yours; it ends with the last of them. With --url memory: the workers are
                threads of one JVM, each with a lock client of its own.

                Two terminals: start './demo' in both at the same time. On one machine, runs of one
                user with the same URL share one stock, a plain file that nothing but the lock
                protects. Each run adds its pieces and sells until none is left, so the runs sell
                each other's pieces; no piece is sold twice. More --items give you more time. A run
                that is killed leaves its rest to the others.

                Exit status: 0 all went as it should, 1 the lock did not hold what it promises,
                2 a wrong option, a wrong URL or a service that cannot be used.
                """.formatted(MAX_WORKERS, DEFAULT_WORKERS, MAX_ITEMS, DEFAULT_ITEMS);
    }
}
