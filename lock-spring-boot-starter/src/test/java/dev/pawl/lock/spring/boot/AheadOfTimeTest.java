package dev.pawl.lock.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.spring.Locked;
import dev.pawl.lock.spring.OnBusy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.core.env.MapPropertySource;
import org.springframework.javapoet.ClassName;

/** An application with the starter, processed ahead of time as for a native image. The sample runs what comes out of it. */
class AheadOfTimeTest {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        PawlAutoConfiguration.class,
        PawlMetricsAutoConfiguration.class,
        PawlLiquibaseAutoConfiguration.class,
        PawlShedLockAutoConfiguration.class,
        PawlIntegrationAutoConfiguration.class,
        PawlEndpointAutoConfiguration.class,
        PawlHealthAutoConfiguration.class
    })
    static class App {

        @Bean
        Shop shop() {
            return new Shop();
        }
    }

    static class Shop {

        @Locked("stock/#{#item}")
        public void sell(String item) {
            System.out.println("sold " + item);
        }

        @Locked(value = "a", onBusy = OnBusy.SKIP)
        @Locked(value = "b", onBusy = OnBusy.SKIP)
        public void both() {
            System.out.println("both");
        }
    }

    @Test
    void anApplication_isProcessed_andItsImageHasWhatIsFoundByName() throws Exception {
        InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();
        DefaultGenerationContext generation =
                new DefaultGenerationContext(new ClassNameGenerator(ClassName.get(App.class)), files);
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource(
                            "test",
                            Map.of("pawl.url", "memory:aot", "management.endpoints.web.exposure.include", "locks")));
            context.register(App.class);
            new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
        }
        generation.writeGeneratedContent();

        assertThat(files.getGeneratedFiles(Kind.SOURCE).keySet())
                .anyMatch(name -> name.endsWith("PawlAutoConfiguration__BeanDefinitions.java"))
                .anyMatch(name -> name.endsWith("PawlShedLockAutoConfiguration__BeanDefinitions.java"));
        assertThat(files.getGeneratedFiles(Kind.CLASS).keySet())
                .as("the proxy of a bean that is locked, and nothing else")
                .anyMatch(name -> name.contains("Shop$$SpringCGLIB$$"));
        assertThat(RuntimeHintsPredicates.reflection().onMethod(Shop.class, "sell"))
                .accepts(generation.getRuntimeHints());
        assertThat(RuntimeHintsPredicates.reflection().onMethod(Shop.class, "both"))
                .accepts(generation.getRuntimeHints());
        for (Class<?> answer : LockDescriptors.class.getDeclaredClasses()) {
            assertThat(RuntimeHintsPredicates.reflection().onType(answer))
                    .as(answer.getSimpleName())
                    .accepts(generation.getRuntimeHints());
        }
        for (String name : new String[] {
            "javax.sql.DataSource",
            "dev.pawl.lock.jdbc.JdbcBackend",
            "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory"
        }) {
            assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of(name)))
                    .as(name)
                    .accepts(generation.getRuntimeHints());
        }
        for (String resource : new String[] {
            "dev/pawl/lock/jdbc/h2/acquire.sql",
            "dev/pawl/lock/redis/acquire.lua",
            "dev/pawl/lock/jdbc/libraries.properties"
        }) {
            assertThat(getClass().getClassLoader().getResource(resource))
                    .as(resource)
                    .isNotNull();
            assertThat(RuntimeHintsPredicates.resource().forResource(resource))
                    .as(resource)
                    .accepts(generation.getRuntimeHints());
        }
    }
}
