package dev.pawl.lock.spring.boot;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfig;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockListener;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.Requirement;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spring.LockedBeanPostProcessor;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/** Makes the {@link LockClient} of an application, and {@link dev.pawl.lock.spring.Locked} work. */
@AutoConfiguration(
        afterName = {
            // Spring Boot 3
            "org.springframework.boot.autoconfigure.data.redis.RedisAutoConfiguration",
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
            // Spring Boot 4
            "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"
        })
public final class PawlAutoConfiguration {

    /** The word for a backend or a client that is a bean of the application's. */
    private static final String OWN = "custom";

    private static final Logger LOG = LoggerFactory.getLogger(PawlAutoConfiguration.class);

    /** For Spring. */
    PawlAutoConfiguration() {}

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    @ConditionalOnMissingBean
    static LockedBeanPostProcessor pawlLockedBeanPostProcessor(Environment environment) {
        LockedBeanPostProcessor processor = new LockedBeanPostProcessor();
        processor.setProxyTargetClass(environment.getProperty("spring.aop.proxy-target-class", Boolean.class, true));
        return processor;
    }

    @Bean
    PawlSettings pawlSettings(Environment environment, ConfigurableListableBeanFactory beans) {
        ClassLoader loader = loader(beans);
        if (loader.getResource("pawl.properties") != null) {
            LOG.warn(
                    "pawl.properties is not read in an application of Spring Boot: move its keys to application.properties");
        }
        return PawlSettings.of(environment, loader);
    }

    private static ClassLoader loader(ConfigurableListableBeanFactory beans) {
        ClassLoader loader = beans.getBeanClassLoader();
        return loader != null ? loader : PawlAutoConfiguration.class.getClassLoader();
    }

    /** What a lock with options of its own starts from. */
    @Bean
    @ConditionalOnMissingBean
    LockOptions pawlLockOptions(PawlSettings settings) {
        return settings.config().options();
    }

    /** The client, and for meters and the endpoint what it is over. */
    @Bean
    LockService pawlLockService(LockClient client, ObjectProvider<MadeClient> made) {
        MadeClient ours = made.getIfAvailable();
        return new LockService(ours != null ? ours.backend() : OWN, client);
    }

    /** A client that we make, and so close. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(LockClient.class)
    static class Made {

        @Bean
        MadeClient pawlMadeClient(
                PawlSettings settings,
                LockOptions options,
                ObjectProvider<LockBackend> own,
                ConfigurableListableBeanFactory beans) {
            LockConfig config = settings.config();
            LockBackend backend = own.getIfUnique();
            if (backend != null) {
                return using(OWN, backend, config, options);
            }
            if (settings.hasUrl()) {
                String scheme = config.url().substring(0, config.url().indexOf(':'));
                return new MadeClient(scheme, LockClient.connect(config));
            }
            Candidates candidates = new Candidates(beans);
            return using(candidates.backendName(settings), candidates.backend(settings), config, options);
        }

        @Bean(destroyMethod = "close")
        LockClient pawlLockClient(MadeClient made, ObjectProvider<LockListener> listeners) {
            listeners.orderedStream().forEach(made.client()::addListener);
            return made.client();
        }

        @Bean
        LockClientLifecycle pawlLockClientLifecycle(LockClient client) {
            return new LockClientLifecycle(client);
        }

        /** As a client does that connects by itself. */
        private static MadeClient using(String name, LockBackend backend, LockConfig config, LockOptions options) {
            List<Requirement> unmet = config.requirements().stream()
                    .filter(requirement -> !requirement.isMetBy(backend.guarantees()))
                    .toList();
            if (!unmet.isEmpty()) {
                backend.close();
                throw new LockConfigException(
                        "pawl.require: required are " + config.requirements() + ", but '" + name + "' does not give "
                                + unmet + " (" + backend.guarantees().summary() + ")");
            }
            return new MadeClient(
                    name,
                    config.holder()
                            .map(holder -> LockClient.using(backend, options, holder))
                            .orElseGet(() -> LockClient.using(backend, options)));
        }
    }
}
