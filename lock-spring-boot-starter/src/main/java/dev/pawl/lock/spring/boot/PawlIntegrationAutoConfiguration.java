package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.spring.integration.PawlDistributedLockRegistry;
import dev.pawl.lock.spring.integration.PawlLeaderInitiator;
import dev.pawl.lock.spring.integration.PawlLockRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.leader.Candidate;
import org.springframework.integration.support.locks.LockRegistry;

/** Spring Integration's registry of locks and its leader, where the application has Spring Integration and has made none. */
@AutoConfiguration(after = PawlAutoConfiguration.class)
@ConditionalOnClass({LockRegistry.class, PawlLeaderInitiator.class})
@ConditionalOnBean(LockClient.class)
public final class PawlIntegrationAutoConfiguration {

    /** Only Spring Integration 7 has it. */
    private static final String DISTRIBUTED_LOCK = "org.springframework.integration.support.locks.DistributedLock";

    /** For Spring. */
    PawlIntegrationAutoConfiguration() {}

    @Bean
    @ConditionalOnSingleCandidate(Candidate.class)
    @ConditionalOnMissingBean(
            type = {
                "dev.pawl.lock.spring.integration.PawlLeaderInitiator",
                "org.springframework.integration.support.leader.LockRegistryLeaderInitiator",
                "org.springframework.integration.zookeeper.leader.LeaderInitiator",
                "org.springframework.integration.hazelcast.leader.LeaderInitiator"
            })
    PawlLeaderInitiator pawlLeaderInitiator(LockClient client, Candidate candidate) {
        return new PawlLeaderInitiator(client, candidate);
    }

    /** Spring Integration 6.5. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass(DISTRIBUTED_LOCK)
    @ConditionalOnMissingBean(LockRegistry.class)
    static class Plain {

        @Bean
        PawlLockRegistry pawlLockRegistry(LockClient client) {
            return new PawlLockRegistry(client);
        }
    }

    /** Spring Integration 7. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = DISTRIBUTED_LOCK)
    @ConditionalOnMissingBean(LockRegistry.class)
    static class Distributed {

        @Bean
        PawlDistributedLockRegistry pawlLockRegistry(LockClient client) {
            return new PawlDistributedLockRegistry(client);
        }
    }
}
