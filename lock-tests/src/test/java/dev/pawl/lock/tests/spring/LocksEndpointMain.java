package dev.pawl.lock.tests.spring;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application that is asked by HTTP who holds its locks, and to take them away. It starts with the access that is the default, with the
 * full one, and over a backend that cannot say. It writes what it answers.
 */
final class LocksEndpointMain {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private LocksEndpointMain() {}

    public static void main(String[] args) throws Exception {
        try (ConfigurableApplicationContext context = start(args)) {
            Asked asked = new Asked(context);
            Lease lease = context.getBean(LockClient.class).lock("shop/7 a&b").acquire();
            asked.ask("all", "GET", "");
            asked.ask("held", "GET", "?name=shop/7%20a%26b");
            asked.ask("free", "GET", "?name=shop/8");
            asked.ask("not permitted", "DELETE", takeAway(lease.token().value()));
            System.out.println("still valid: " + lease.isValid());
            lease.close();
        }
        try (ConfigurableApplicationContext context = start(args, "--management.endpoint.locks.access=unrestricted")) {
            Asked asked = new Asked(context);
            Lease lease = context.getBean(LockClient.class).lock("shop/7 a&b").acquire();
            CompletableFuture<String> lost = new CompletableFuture<>();
            lease.onLost(loss -> lost.complete(loss.reason().name()));
            long token = lease.token().value();
            asked.ask("without a token", "DELETE", "?name=shop/7&reason=a%20test");
            asked.ask("no token", "DELETE", takeAway(0));
            asked.ask("another token", "DELETE", takeAway(token + 1));
            asked.ask("revoked", "DELETE", takeAway(token));
            System.out.println("lost: " + lost.get(1, TimeUnit.MINUTES));
            long next = context.getBean(LockClient.class)
                    .lock("shop/7 a&b")
                    .acquire()
                    .token()
                    .value();
            asked.ask("freed", "DELETE", takeAway(next) + "&now=true");
        }
        try (ConfigurableApplicationContext context = start(
                args,
                "--management.endpoint.locks.access=unrestricted",
                "--pawl.jdbc.mode=row",
                "--pawl.jdbc.table=pawl_lock_of_rows")) {
            Asked asked = new Asked(context);
            asked.ask("cannot say", "GET", "?name=shop/7");
            asked.ask("cannot do", "DELETE", takeAway(1));
        }
        System.exit(0);
    }

    private static String takeAway(long token) {
        return "?name=shop/7%20a%26b&token=" + token + "&reason=a%20test";
    }

    private static ConfigurableApplicationContext start(String[] settings, String... more) {
        SpringApplication application = new SpringApplication(App.class);
        application.setBannerMode(Banner.Mode.OFF);
        return application.run(
                Stream.concat(Stream.of(settings), Stream.of(more)).toArray(String[]::new));
    }

    private record Asked(ConfigurableApplicationContext context) {

        void ask(String what, String method, String query) throws IOException, InterruptedException {
            URI uri = URI.create("http://localhost:" + context.getEnvironment().getRequiredProperty("local.server.port")
                    + "/actuator/locks" + query);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .method(method, HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            System.out.println(what + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {}
}
