package dev.pawl.lock.spring.boot;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** {@code /actuator/locks}, where the application exposes it. */
@AutoConfiguration(after = PawlAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(LockService.class)
@ConditionalOnAvailableEndpoint(endpoint = LocksEndpoint.class)
public final class PawlEndpointAutoConfiguration {

    /** For Spring. */
    PawlEndpointAutoConfiguration() {}

    @Bean
    LocksEndpoint locksEndpoint(LockService service) {
        return new LocksEndpoint(service);
    }
}
