package dev.pawl.lock.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockClientClosedException;
import dev.pawl.lock.LockListener;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

class HealthTest {

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({PawlAutoConfiguration.class, PawlHealthAutoConfiguration.class})
    static class App {}

    @Test
    void health_isUp_withTheGuarantees_andTakesNoLock_andIsDown_whereTheServiceDoesNotAnswer() {
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(App.class)
                .environment(new OwnEnvironment())
                .web(WebApplicationType.NONE)
                .run("--pawl.url=memory:health")) {
            LockClient locks = context.getBean(LockClient.class);
            ConcurrentLinkedQueue<FencingToken> taken = new ConcurrentLinkedQueue<>();
            locks.addListener(new LockListener() {
                @Override
                public void onAcquired(FencingToken token, Duration waited) {
                    taken.add(token);
                }
            });
            HealthIndicator indicator = context.getBean("pawlHealthIndicator", HealthIndicator.class);

            Health up = indicator.health();
            locks.close();
            Health down = indicator.health();

            assertThat(up.getStatus()).isEqualTo(Status.UP);
            assertThat(up.getDetails())
                    .containsEntry("backend", "memory")
                    .containsEntry("tokenDurability", "PROCESS")
                    .containsKeys("answeredInMillis", "crashRelease", "order", "wakeUp");
            assertThat(taken).isEmpty();
            assertThat(down.getStatus()).isEqualTo(Status.DOWN);
            assertThat(down.getDetails())
                    .hasEntrySatisfying(
                            "error",
                            error -> assertThat(error.toString()).contains(LockClientClosedException.class.getName()));
        }
    }
}
