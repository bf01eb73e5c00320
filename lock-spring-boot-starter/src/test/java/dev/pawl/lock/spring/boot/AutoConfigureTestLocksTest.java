package dev.pawl.lock.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LossReason;
import dev.pawl.lock.memory.MemoryBackend;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

class AutoConfigureTestLocksTest {

    @AutoConfigureTestLocks
    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(PawlAutoConfiguration.class)
    static class App {}

    @Test
    void locks_areInMemory_whateverTheUrlSays_andTheTestCanTakeThemAway() throws InterruptedException {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(App.class)
                .environment(new OwnEnvironment())
                .web(WebApplicationType.NONE)
                .run("--pawl.url=redis://127.0.0.1:1")) {
            LockClient locks = context.getBean(LockClient.class);
            Lease lease = locks.lock("name").acquire();
            assertThat(lease.isValid()).isTrue();

            context.getBean(MemoryBackend.class).lose("name", LossReason.SESSION_LOST);

            assertThat(lease.isValid()).isFalse();
        }
    }
}
