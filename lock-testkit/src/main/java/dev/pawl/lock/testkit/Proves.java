package dev.pawl.lock.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says of a case what it proves: contracts whose services differ in something else may {@linkplain LeavesTo leave} it to one. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Proves {

    /**
     * What the case is about.
     *
     * @return the part
     */
    Part value();
}
