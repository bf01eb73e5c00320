package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.liquibase.PawlLiquibaseLockService;
import liquibase.integration.spring.SpringLiquibase;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Lends Liquibase the application's client right before it migrates: so the client is there first, in whatever order beans are made. */
final class LiquibaseLocks implements BeanPostProcessor {

    private final ObjectProvider<LockClient> clients;

    LiquibaseLocks(ObjectProvider<LockClient> clients) {
        this.clients = clients;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        if (bean instanceof SpringLiquibase) {
            PawlLiquibaseLockService.use(clients.getIfUnique());
        }
        return bean;
    }
}
