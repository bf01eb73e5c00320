package dev.pawl.lock.spring.boot;

import dev.pawl.lock.memory.MemoryBackend;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * Keeps the locks of a test inside of its JVM, whatever {@code pawl.url} says and whichever services the application has: its context
 * gets a {@link MemoryBackend} of its own, which the test can inject to take a lock away or to expire a lease.
 *
 * <pre>{@code
 * @SpringBootTest
 * @AutoConfigureTestLocks
 * class ShopTest { … }
 * }</pre>
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(AutoConfigureTestLocks.InMemory.class)
public @interface AutoConfigureTestLocks {

    /** What the annotation brings. */
    @Configuration(proxyBeanMethods = false)
    class InMemory {

        /** For Spring. */
        InMemory() {}

        @Bean
        MemoryBackend pawlTestBackend() {
            return MemoryBackend.create();
        }
    }
}
