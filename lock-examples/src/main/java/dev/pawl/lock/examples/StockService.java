package dev.pawl.lock.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.StaleTokenException;
import dev.pawl.lock.fencing.InMemoryFencingGuard;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An HTTP service that refuses late writers with 409, as docs/fencing.md shows it: run it, and it talks to itself.
 */
public final class StockService {

    private final InMemoryFencingGuard guard = InMemoryFencingGuard.create();
    private final Map<String, String> stock = new ConcurrentHashMap<>();

    private StockService() {}

    static HttpServer start(int port) throws IOException {
        StockService service = new StockService();
        HttpServer server = HttpServer.create(new InetSocketAddress("localhost", port), 0);
        server.createContext("/stock/", service::put);
        server.start();
        return server;
    }

    private void put(HttpExchange exchange) throws IOException {
        try (exchange) {
            String item = exchange.getRequestURI().getPath().substring("/stock/".length());
            String count = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            try {
                String header = exchange.getRequestHeaders().getFirst("Fencing-Token");
                if (header == null) {
                    answer(exchange, 428, "a Fencing-Token is needed");
                    return;
                }
                FencingToken token = FencingToken.parse(header).requireLock("inventory/" + item);
                guard.run(token, () -> stock.put(item, count));
                answer(exchange, 200, count);
            } catch (StaleTokenException e) {
                answer(exchange, 409, String.valueOf(e.getMessage()));
            } catch (IllegalArgumentException e) {
                answer(exchange, 400, String.valueOf(e.getMessage()));
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    /** Starts the service on a free port, and writes in time and late. */
    public static void main(String[] args) throws IOException, InterruptedException {
        HttpServer server = start(0);
        URI uri = URI.create("http://localhost:" + server.getAddress().getPort() + "/stock/42");
        try (LockClient locks = LockClient.connect("memory:")) {
            String late;
            try (Lease lease = locks.lock("inventory/42").acquire()) {
                late = lease.token().toString();
                System.out.println(put(uri, late, "7")); // 200: 7
            }
            try (Lease lease = locks.lock("inventory/42").acquire()) {
                System.out.println(put(uri, lease.token().toString(), "6")); // 200: 6
            }
            System.out.println(put(uri, late, "8")); // 409: lock 'inventory/42': token … is stale, …
            System.out.println(put(uri, "inventory%2F43;1", "8")); // 400: … this is a token of lock 'inventory/43'
        } finally {
            server.stop(0);
        }
    }

    static String put(URI uri, String token, String count) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Fencing-Token", token)
                .PUT(HttpRequest.BodyPublishers.ofString(count))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + ": " + response.body();
    }
}
