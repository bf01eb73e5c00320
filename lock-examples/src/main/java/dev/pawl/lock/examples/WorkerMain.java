package dev.pawl.lock.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A worker as a process of its own. It is told on its standard input what to do, the URL first (a command line can be read by
 * other users), and dies when that input ends: nothing outlives the demo.
 */
final class WorkerMain {

    private WorkerMain() {}

    /** Started by {@link ProcessLink}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        String url = in.readLine();
        if (url == null) {
            return;
        }
        BlockingQueue<String> orders = new LinkedBlockingQueue<>();
        Thread listener = new Thread(() -> listen(in, orders), "orders");
        listener.setDaemon(true);
        listener.start();
        new Worker(args[0], new Conversation() {
                    @Override
                    public String @Nullable [] next() throws InterruptedException {
                        String order = orders.take();
                        return order.equals(Fields.QUIT) ? null : Fields.split(order);
                    }

                    @Override
                    public void say(String... fields) {
                        out.println(Fields.join(fields));
                    }
                })
                .run(url);
        // Not every client library ends its threads at once, and nobody waits for this process any more.
        System.exit(0);
    }

    private static void listen(BufferedReader in, BlockingQueue<String> orders) {
        try {
            for (String order = in.readLine(); order != null; order = in.readLine()) {
                orders.add(order);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            // The demo has gone. What this worker holds ends with its lease, as after a crash.
            Runtime.getRuntime().halt(3);
        }
    }
}
