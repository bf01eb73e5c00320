package dev.pawl.sample;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Starts a database and two instances of the application, and keeps them until you press Ctrl+C. With {@code --sample.instance} it is
 * one of these instances.
 */
public final class Sample {

    private static final String USAGE = """
            ./sample [--port=8081] [--url=jdbc:postgresql://host/db --user=me] [--picture=file.svg]

              --port     where the first instance serves; the second serves at the next port; 0 for any
              --url      the database of both, in place of an H2 of its own; the password is in PAWL_SAMPLE_PASSWORD.
                         The tables stock, calls and report are made anew there
              --user     the user of the database
              --picture  runs for a minute, kills an instance in between, and draws the dashboard""";

    private Sample() {}

    /**
     * Starts it.
     *
     * @param args see {@code ./sample --help}
     * @throws Exception if it cannot
     */
    public static void main(String[] args) throws Exception {
        Map<String, String> options = options(args);
        if (options.containsKey("sample.instance")) {
            Instance.main(args);
        } else if (options.containsKey("help")) {
            System.out.println(USAGE);
        } else {
            launch(options);
        }
    }

    private static Map<String, String> options(String[] args) {
        Map<String, String> options = new TreeMap<>();
        for (String arg : args) {
            int equals = arg.indexOf('=');
            options.put(
                    arg.substring(arg.startsWith("--") ? 2 : 0, equals < 0 ? arg.length() : equals),
                    equals < 0 ? "" : arg.substring(equals + 1));
        }
        return options;
    }

    private static void launch(Map<String, String> options) throws Exception {
        int port = Integer.parseInt(options.getOrDefault("port", "8081"));
        try (Database database = database(options)) {
            database.prepare(2);
            try (InstanceProcess first = InstanceProcess.start(1, port, database);
                    InstanceProcess second = InstanceProcess.start(2, port == 0 ? 0 : port + 1, database)) {
                System.out.println("Two instances over " + database.url() + ":");
                for (InstanceProcess instance : new InstanceProcess[] {first, second}) {
                    System.out.println("  " + instance.url() + "   and there /actuator/locks, /actuator/health,"
                            + " /actuator/metrics/pawl.lock.acquire, /actuator/prometheus");
                }
                if (options.containsKey("picture")) {
                    new Minute(first, second, database).draw(Path.of(options.get("picture")));
                } else {
                    System.out.println("Press Ctrl+C to end.");
                    Thread.currentThread().join();
                }
            }
        }
    }

    private static Database database(Map<String, String> options) throws Exception {
        String password = System.getenv().getOrDefault("PAWL_SAMPLE_PASSWORD", "");
        return options.containsKey("url")
                ? Database.at(options.get("url"), options.getOrDefault("user", ""), password)
                : Database.embedded();
    }
}
