package dev.pawl.lock.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says which backend a subclass of {@link LockContract} puts to the test. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ContractOf {

    /**
     * The URL scheme of the service under test, one of those that the backend's {@link
     * dev.pawl.lock.spi.LockBackendProvider} serves.
     *
     * @return the scheme, without the colon
     */
    String value();
}
