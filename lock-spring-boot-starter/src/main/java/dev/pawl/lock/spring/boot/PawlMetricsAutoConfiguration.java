package dev.pawl.lock.spring.boot;

import dev.pawl.lock.micrometer.MicrometerLockListener;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Meters of the client, where the application has a registry. */
@AutoConfiguration(
        after = PawlAutoConfiguration.class,
        afterName = {
            // Spring Boot 3
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            // Spring Boot 4
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
@ConditionalOnClass({MeterRegistry.class, MicrometerLockListener.class})
@ConditionalOnBean({MeterRegistry.class, LockService.class})
public final class PawlMetricsAutoConfiguration {

    /** For Spring. */
    PawlMetricsAutoConfiguration() {}

    @Bean
    SmartInitializingSingleton pawlMeters(LockService service, MeterRegistry registry) {
        return () -> service.client().addListener(MicrometerLockListener.create(registry, service.backend()));
    }
}
