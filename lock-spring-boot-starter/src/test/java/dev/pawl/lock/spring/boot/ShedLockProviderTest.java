package dev.pawl.lock.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.shedlock.PawlLockProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class ShedLockProviderTest {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({PawlAutoConfiguration.class, PawlShedLockAutoConfiguration.class})
    static class Plain {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({PawlAutoConfiguration.class, PawlShedLockAutoConfiguration.class})
    static class WithItsOwn {

        @Bean
        LockProvider own() {
            return configuration -> Optional.empty();
        }
    }

    private static ConfigurableApplicationContext start(Class<?> application) {
        return new SpringApplicationBuilder(application)
                .environment(new OwnEnvironment())
                .web(WebApplicationType.NONE)
                .run("--pawl.url=memory:shedlock-starter");
    }

    @Test
    void anApplicationWithShedLock_hasAProvider_overItsClient() {
        try (ConfigurableApplicationContext context = start(Plain.class)) {
            LockProvider provider = context.getBean(LockProvider.class);
            LockConfiguration task = new LockConfiguration(Instant.now(), "task", Duration.ofMinutes(1), Duration.ZERO);
            SimpleLock lock = provider.lock(task).orElseThrow();
            assertThat(provider.lock(task)).isEmpty();
            lock.unlock();
            assertThat(provider).isInstanceOf(PawlLockProvider.class);
        }
    }

    @Test
    void anApplicationThatMadeAProvider_keepsIt() {
        try (ConfigurableApplicationContext context = start(WithItsOwn.class)) {
            assertThat(context.getBeansOfType(LockProvider.class)).containsOnlyKeys("own");
        }
    }
}
