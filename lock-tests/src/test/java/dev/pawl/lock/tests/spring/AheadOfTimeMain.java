package dev.pawl.lock.tests.spring;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.spring.Locked;
import dev.pawl.lock.spring.Locks;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.springframework.aot.AotDetector;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Transactional;

/** An application that sells once, under a lock; and, with {@code process} and a folder, its processing ahead of time by Spring Boot. */
public final class AheadOfTimeMain {

    private AheadOfTimeMain() {}

    /**
     * Runs it.
     *
     * @param args properties of the application, or what is said above
     * @throws Exception if it fails
     */
    public static void main(String[] args) throws Exception {
        if (args[0].equals("process")) {
            process(Path.of(args[1]), args[2]);
            return;
        }
        SpringApplication application = new SpringApplication(App.class);
        application.setBannerMode(Banner.Mode.OFF);
        try (ConfigurableApplicationContext context = application.run(args)) {
            context.getBean(Shop.class).sell("apple");
            context.getBean(Counter.class).count();
            System.out.println("ahead of time: " + AotDetector.useGeneratedArtifacts() + ", held after it: "
                    + context.getBean(LockClient.class).held());
        }
        System.exit(0);
    }

    /** As Spring Boot's plugins do. */
    private static void process(Path folder, String setting) throws Exception {
        Path sources = folder.resolve("sources");
        Path classes = folder.resolve("classes");
        Class<?> processor = Class.forName("org.springframework.boot.SpringApplicationAotProcessor");
        processor.getMethod("main", String[].class).invoke(null, (Object) new String[] {
            AheadOfTimeMain.class.getName(),
            sources.toString(),
            classes.toString(),
            classes.toString(),
            "dev.pawl",
            "ahead-of-time",
            setting
        });
        int result = ToolProvider.getSystemJavaCompiler()
                .run(null, System.out, System.out, compiler(sources, classes).toArray(String[]::new));
        System.out.println("compiled with result " + result);
        System.exit(0);
    }

    private static List<String> compiler(Path sources, Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            return Stream.concat(
                            Stream.of(
                                    "-nowarn",
                                    "-proc:none",
                                    "-cp",
                                    System.getProperty("java.class.path") + File.pathSeparator + classes,
                                    "-d",
                                    classes.toString()),
                            files.map(Path::toString).filter(file -> file.endsWith(".java")))
                    .toList();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {

        @Bean
        Shop shop(JdbcTemplate jdbc) {
            return new Shop(jdbc);
        }

        @Bean
        Counter counter() {
            return new Counter();
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

    /** Without a transaction, the lock's is its only proxy. */
    static class Counter {

        @Locked("counter")
        public void count() {
            System.out.println("counted under " + Locks.currentToken().lock());
        }
    }
}
