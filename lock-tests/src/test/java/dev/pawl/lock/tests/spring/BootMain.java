package dev.pawl.lock.tests.spring;

import dev.pawl.lock.HeldLock;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.spring.Locked;
import dev.pawl.lock.spring.Locks;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.integration.leader.Candidate;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.leader.event.AbstractLeaderEvent;
import org.springframework.integration.leader.event.OnGrantedEvent;
import org.springframework.integration.support.locks.LockRegistry;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/**
 * An application of Spring Boot with the starter, a database and a Redis. It starts several times, with other settings each time, and
 * writes what it sees. Arguments: URL, user and password of the database, the URL of Redis.
 */
final class BootMain {

    private static final long PATIENCE_NANOS = 60_000_000_000L;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    /** One permit for each office. */
    private static final Semaphore ELECTED = new Semaphore(0);

    private BootMain() {}

    public static void main(String[] args) throws Exception {
        List<String> settings = List.of(
                "--spring.datasource.url=" + args[0],
                "--spring.datasource.username=" + args[1],
                "--spring.datasource.password=" + args[2],
                "--spring.data.redis.url=" + args[3],
                "--server.port=0",
                "--management.endpoints.web.exposure.include=*",
                "--management.endpoint.health.show-details=always");
        refused(settings);
        refused(settings, "--pawl.spring.use=dataSource", "--pawl.lease-tme=5s");
        refused(settings, "--pawl.spring.use=dataSource", "--pawl.lease-time=5");
        refused(settings, "--pawl.spring.use=dataSouce");
        refused(settings, "--pawl.spring.use=redisConnectionFactory", "--pawl.require=FENCING_DURABLE");
        used(settings, "--pawl.spring.use=dataSource", "--pawl.leaseTime=20s", "--pawl.jdbc.table=pawl_lock_of_boot");
        used(settings, "--pawl.spring.use=redisConnectionFactory");
        used(settings, "--pawl.url=memory:");
        System.out.println("threads of Pawl: " + threadsInTheEnd());
    }

    private static ConfigurableApplicationContext start(List<String> settings, String... more) {
        SpringApplication application = new SpringApplication(App.class);
        application.setBannerMode(Banner.Mode.OFF);
        return application.run(Stream.concat(settings.stream(), Stream.of(more)).toArray(String[]::new));
    }

    /** What the application is told is in its log. */
    private static void refused(List<String> settings, String... more) {
        System.out.println("starting with " + List.of(more));
        try (ConfigurableApplicationContext started = start(settings, more)) {
            System.out.println("started all the same: " + started);
        } catch (RuntimeException e) {
            System.out.println("refused");
        }
    }

    private static void used(List<String> settings, String... more) throws Exception {
        System.out.println("starting with " + List.of(more));
        LockClient locks;
        try (ConfigurableApplicationContext started = start(settings, more)) {
            started.getBean(Shop.class).sell("apple");
            registry(started.getBean(LockRegistry.class), started.getBean(LockClient.class));
            ELECTED.acquire();
            locks = started.getBean(LockClient.class);
            String port = started.getEnvironment().getRequiredProperty("local.server.port");
            try (Lease lease = locks.lock("report/7").acquire()) {
                System.out.println("endpoint " + get(port, "locks"));
                System.out.println("token " + lease.token().value() + " lasts "
                        + lease.remaining().toSeconds());
            }
            System.out.println("health " + get(port, "health/pawl"));
            System.out.println("meter " + get(port, "metrics/pawl.lock.acquire?tag=lock:inventory/apple"));
            // Held while the application ends.
            locks.lock("report/8").acquire();
        }
        heldAfterTheEnd(settings, more);
    }

    private static void registry(LockRegistry<?> registry, LockClient locks) throws InterruptedException {
        Lock lock = registry.obtain("integration/7");
        lock.lockInterruptibly();
        try {
            System.out.println("registry " + registry.getClass().getSimpleName() + " holds "
                    + locks.held().stream().map(HeldLock::name).toList());
        } finally {
            lock.unlock();
        }
    }

    private static void heldAfterTheEnd(List<String> settings, String... more) throws InterruptedException {
        try (ConfigurableApplicationContext again = start(settings, more)) {
            System.out.println("free after the end: "
                    + again.getBean(LockClient.class)
                            .lock("report/8")
                            .tryAcquire()
                            .isPresent());
        }
    }

    private static String get(String port, String endpoint) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/" + endpoint))
                .build();
        HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    /** A callback thread ends when it has been idle for a while. */
    private static List<String> threadsInTheEnd() throws InterruptedException {
        long startNanos = System.nanoTime();
        List<String> threads = threads();
        while (!threads.isEmpty() && System.nanoTime() - startNanos < PATIENCE_NANOS) {
            Thread.sleep(100);
            threads = threads();
        }
        return threads;
    }

    private static List<String> threads() {
        List<String> names = new ArrayList<>();
        Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("pawl-"))
                .forEach(names::add);
        return names;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {

        @Bean
        Shop shop(JdbcTemplate jdbc) {
            return new Shop(jdbc);
        }

        @Bean
        Candidate candidate() {
            return new DefaultCandidate("", "chief");
        }

        @EventListener
        void leads(AbstractLeaderEvent event) {
            System.out.println("leader " + event.getClass().getSimpleName() + " of " + event.getRole());
            if (event instanceof OnGrantedEvent) {
                ELECTED.release();
            }
        }
    }

    static class Shop {
        private final JdbcTemplate jdbc;

        Shop(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Locked("inventory/#{#item}")
        @Transactional
        public void sell(String item) {
            Integer one = jdbc.queryForObject("SELECT 1", Integer.class);
            System.out.println("sold " + item + " under " + Locks.currentToken().lock() + ", " + one);
        }
    }
}
