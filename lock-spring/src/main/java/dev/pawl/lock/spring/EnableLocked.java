package dev.pawl.lock.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/**
 * Makes {@link Locked} work in an application context without Spring Boot. The context needs one bean of type {@link
 * dev.pawl.lock.LockClient}; of several, the primary one is used.
 *
 * <pre>{@code
 * @Configuration
 * @EnableLocked
 * @EnableTransactionManagement
 * class AppConfig {
 *     @Bean
 *     LockClient locks() {
 *         return LockClient.connect(LockConfig.load());
 *     }
 * }
 * }</pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Import(LockedConfiguration.class)
public @interface EnableLocked {}
