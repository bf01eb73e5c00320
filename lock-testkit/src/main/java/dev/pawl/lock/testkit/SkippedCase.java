package dev.pawl.lock.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A case of the contract that a backend cannot be asked for, with the reason. The only way to skip one: overriding or
 * disabling it fails {@link ContractAudit}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(SkippedCase.All.class)
public @interface SkippedCase {

    /**
     * The case.
     *
     * @return the name of its method
     */
    String value();

    /**
     * Why the case cannot hold for this backend.
     *
     * @return a sentence
     */
    String because();

    /** Holds the repeated ones. */
    @Documented
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.TYPE)
    @interface All {

        /**
         * The skipped cases.
         *
         * @return one for each
         */
        SkippedCase[] value();
    }
}
