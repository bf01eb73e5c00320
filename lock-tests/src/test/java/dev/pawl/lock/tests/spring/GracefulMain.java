package dev.pawl.lock.tests.spring;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** An application that ends while it serves a request, which holds a lock and takes another. It writes what the request got. */
final class GracefulMain {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private static final CountDownLatch SERVING = new CountDownLatch(1);

    private GracefulMain() {}

    public static void main(String[] args) throws Exception {
        SpringApplication application = new SpringApplication(App.class);
        application.setBannerMode(Banner.Mode.OFF);
        CompletableFuture<HttpResponse<String>> answer;
        try (ConfigurableApplicationContext context = application.run(args)) {
            URI slow = URI.create("http://localhost:"
                    + context.getEnvironment().getRequiredProperty("local.server.port") + "/actuator/slow");
            answer = HttpClient.newHttpClient()
                    .sendAsync(HttpRequest.newBuilder(slow).build(), HttpResponse.BodyHandlers.ofString());
            SERVING.await();
        }
        HttpResponse<String> response = answer.get(1, TimeUnit.MINUTES);
        System.out.println("answer " + response.statusCode() + " " + response.body());
        System.exit(0);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {

        @Bean
        Slow slow(LockClient locks, Environment environment) {
            return new Slow(locks, environment);
        }
    }

    /** A page of the web server. */
    @Endpoint(id = "slow")
    static final class Slow {

        private final LockClient locks;
        private final Environment environment;

        Slow(LockClient locks, Environment environment) {
            this.locks = locks;
            this.environment = environment;
        }

        /** Goes on until the server takes no more requests. */
        @ReadOperation
        public String slow() throws InterruptedException {
            try (Lease lease = locks.lock("slow").acquire()) {
                SERVING.countDown();
                int port = environment.getRequiredProperty("local.server.port", Integer.class);
                long startNanos = System.nanoTime();
                while (takesRequests(port) && System.nanoTime() - startNanos < PATIENCE_NANOS) {
                    Thread.sleep(20);
                }
                try (Lease another = locks.lock("another").acquire()) {
                    return "held to the end: " + lease.isValid() + ", and another: " + another.isValid();
                }
            }
        }

        private static boolean takesRequests(int port) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        }
    }
}
