package dev.pawl.lock.benchmarks;

import io.lettuce.core.RedisURI;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a server executes, as its {@code MONITOR} shows it. {@code INFO commandstats} would not do: it counts what a script calls
 * together with what a client sends.
 *
 * @param sent how often each command came from a client
 * @param called how often each was called by a script
 */
record ServerCommands(Map<String, Long> sent, Map<String, Long> called) {

    private static final Pattern LINE = Pattern.compile("\\+[\\d.]+ \\[\\d+ (\\S+)] \"(\\w+)\"(?: \"([^\"]*)\")?.*");
    private static final String END = "end-of-benchmark";

    /** Something that sends commands. */
    @FunctionalInterface
    interface Action {
        void run() throws InterruptedException;
    }

    /** Watches a server on which nothing else happens. */
    static ServerCommands during(Redis redis, Action action) throws IOException, InterruptedException {
        RedisURI uri = redis.uri();
        ServerCommands seen = new ServerCommands(new TreeMap<>(), new TreeMap<>());
        try (Socket socket = new Socket(uri.getHost(), uri.getPort());
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.setSoTimeout(5_000);
            char[] password = uri.getCredentialsProvider()
                    .resolveCredentials()
                    .blockOptional()
                    .map(c -> c.getPassword())
                    .orElse(null);
            if (password != null) {
                send(socket.getOutputStream(), "AUTH " + new String(password));
                expectOk(in);
            }
            send(socket.getOutputStream(), "MONITOR");
            expectOk(in);
            action.run();
            redis.probe().echo(END);
            String line = in.readLine();
            while (line != null && seen.add(line)) {
                line = in.readLine();
            }
        }
        return seen;
    }

    private static void send(OutputStream out, String command) throws IOException {
        out.write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void expectOk(BufferedReader in) throws IOException {
        String answer = in.readLine();
        if (!"+OK".equals(answer)) {
            throw new IOException("the server does not let us watch it: " + answer);
        }
    }

    /** False for the last line. */
    private boolean add(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a line of MONITOR: " + line);
        }
        if (END.equals(matcher.group(3))) {
            return false;
        }
        Map<String, Long> counts = matcher.group(1).equals("lua") ? called : sent;
        counts.merge(matcher.group(2).toLowerCase(Locale.ROOT), 1L, Long::sum);
        return true;
    }

    /** Such as "2 evalsha". */
    static String text(Map<String, Long> counts, int pairs) {
        StringBuilder text = new StringBuilder();
        counts.forEach((command, count) -> {
            text.append(text.isEmpty() ? "" : ", ");
            text.append(count % pairs == 0 ? Long.toString(count / pairs) : count + "/" + pairs);
            text.append(' ').append(command);
        });
        return text.isEmpty() ? "none" : text.toString();
    }
}
