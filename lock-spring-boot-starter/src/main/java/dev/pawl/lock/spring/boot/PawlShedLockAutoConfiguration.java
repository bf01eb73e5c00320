package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.shedlock.PawlLockProvider;
import net.javacrumbs.shedlock.core.LockProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** ShedLock's provider, where the application has ShedLock and has made none. */
@AutoConfiguration(after = PawlAutoConfiguration.class)
@ConditionalOnClass({LockProvider.class, PawlLockProvider.class})
@ConditionalOnBean(LockClient.class)
@ConditionalOnMissingBean(LockProvider.class)
public final class PawlShedLockAutoConfiguration {

    /** For Spring. */
    PawlShedLockAutoConfiguration() {}

    @Bean
    PawlLockProvider pawlLockProvider(LockClient client) {
        return new PawlLockProvider(client);
    }
}
