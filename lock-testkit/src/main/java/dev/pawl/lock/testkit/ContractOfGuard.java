package dev.pawl.lock.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says which guard a subclass of {@link GuardContract} puts to the test. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ContractOfGuard {

    /**
     * The guard under test.
     *
     * @return its class
     */
    Class<?> value();
}
