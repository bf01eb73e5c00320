package dev.pawl.lock.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A contract does not repeat the cases of one part, because another contract of the same build proves them with the same code.
 * {@link ContractAudit} sees to it that the other one does run them.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@Repeatable(LeavesTo.All.class)
public @interface LeavesTo {

    /**
     * Which contract proves them.
     *
     * @return a contract that skips none of these cases and leaves none
     */
    Class<? extends LockContract> value();

    /**
     * Which cases: those that {@link Proves} this part.
     *
     * @return the part
     */
    Part part();

    /**
     * Why the other contract proves the same.
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
         * What is left to whom.
         *
         * @return one for each part
         */
        LeavesTo[] value();
    }
}
