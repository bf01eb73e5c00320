package dev.pawl.lock.spring.boot;

import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The health of the lock service, on Spring Boot 3. */
@AutoConfiguration(after = PawlAutoConfiguration.class)
@ConditionalOnClass(name = "org.springframework.boot.actuate.health.AbstractHealthIndicator")
@ConditionalOnBean(LockService.class)
@ConditionalOnEnabledHealthIndicator("pawl")
public final class PawlHealthAutoConfiguration {

    /** For Spring. */
    PawlHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "pawlHealthIndicator")
    HealthIndicator pawlHealthIndicator(LockService service) {
        LockProbe probe = new LockProbe(service);
        return new AbstractHealthIndicator("the lock service does not answer") {
            @Override
            protected void doHealthCheck(Health.Builder builder) {
                builder.up().withDetails(probe.ask());
            }
        };
    }
}
