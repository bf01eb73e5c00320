package dev.pawl.lock.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.aot.hint.annotation.Reflective;

/**
 * The method runs while its lock is held: in this process, and in every other one that uses the same lock service and namespace.
 *
 * <pre>{@code
 * @Locked("inventory/#{#item}")
 * @Transactional
 * public void sell(String item) { … }
 * }</pre>
 *
 * <p><b>Transactions.</b> The lock is taken before the transaction of the method begins and released after it has ended, whatever the
 * order of the advisors. If a transaction is open already when the method is called, the lock is held until that one has ended. Before a
 * commit every lock of the transaction must still be held; otherwise the transaction rolls back with a {@link
 * dev.pawl.lock.LeaseLostException}.
 *
 * <p><b>Joining.</b> A name that the thread holds already, by a method with this annotation further up or for its transaction, is not
 * taken again: no I/O, the same token. The options of the one that took it apply.
 *
 * <p><b>Results that come later.</b> If the method returns a {@link java.util.concurrent.CompletionStage}, the lock is held until that has
 * completed.
 *
 * <p>The annotation works on methods of Spring beans that are called through their proxy. A call from within the same object is not
 * locked. Several on one method are one acquisition, all names or none; they must agree in everything but the name.
 *
 * <p>Durations are written {@code 500ms}, {@code 30s}, {@code 2m}, {@code 1h}, {@code 7d} or in ISO-8601. All texts may hold placeholders
 * (<code>${…}</code>).
 *
 * @see Locks
 * @see EnableLocked
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Reflective
@Repeatable(Locked.List.class)
public @interface Locked {

    /**
     * The lock's name, with expressions in <code>#{…}</code> over the arguments ({@code #item}, {@code #p0}), beans ({@code @bean}), and
     * {@code #root.methodName}, {@code #root.targetClass}, {@code #root.target}, {@code #root.args}. An expression that gives null is
     * refused with an {@link IllegalArgumentException}.
     *
     * @return the template
     */
    String value();

    /**
     * The longest wait. Without it {@link OnBusy#WAIT} waits as long as it takes, and the others make one attempt.
     *
     * @return a duration, or empty
     */
    String waitFor() default "";

    /**
     * The lease time. Without it that of the client applies.
     *
     * @return a duration, or empty
     */
    String leaseTime() default "";

    /**
     * How long nobody else gets the lock, counted from its grant, even if the method has returned before. For a job that several instances
     * start at the same time and that is to run once, with {@link OnBusy#SKIP}: the clocks of the instances may differ by less than this
     * time. Backends that tie a lock to a session or a connection cannot do this, and the application does not start: {@link
     * dev.pawl.lock.Capability#HOLD_AT_LEAST}.
     *
     * @return a duration, or empty
     * @see dev.pawl.lock.LockOptions#holdAtLeast()
     */
    String holdAtLeast() default "";

    /**
     * What becomes of a call whose lock another has.
     *
     * @return the choice
     */
    OnBusy onBusy() default OnBusy.WAIT;

    /**
     * What a skipped call returns: an expression over what {@link #value} may use. Needed with {@link OnBusy#SKIP}, unless the method
     * returns nothing or an {@link java.util.Optional}.
     *
     * @return the expression, or empty
     */
    String otherwise() default "";

    /**
     * Whether the lock may be taken in a transaction that is open already.
     *
     * @return the choice
     */
    InTransaction inTransaction() default InTransaction.ALLOW;

    /** Several names on one method. */
    @Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
    @Retention(RetentionPolicy.RUNTIME)
    @Documented
    @Reflective
    @interface List {

        /**
         * The names.
         *
         * @return each with its options
         */
        Locked[] value();
    }
}
