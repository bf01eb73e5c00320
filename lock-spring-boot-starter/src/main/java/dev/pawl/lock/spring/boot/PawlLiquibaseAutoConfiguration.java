package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.liquibase.PawlLiquibaseLockService;
import liquibase.integration.spring.SpringLiquibase;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/** The application's migrations under a lock of its client, where it has Liquibase. */
@AutoConfiguration(after = PawlAutoConfiguration.class)
@ConditionalOnClass({SpringLiquibase.class, PawlLiquibaseLockService.class})
public final class PawlLiquibaseAutoConfiguration {

    /** For Spring. */
    PawlLiquibaseAutoConfiguration() {}

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static LiquibaseLocks pawlLiquibaseLocks(ObjectProvider<LockClient> clients) {
        return new LiquibaseLocks(clients);
    }
}
