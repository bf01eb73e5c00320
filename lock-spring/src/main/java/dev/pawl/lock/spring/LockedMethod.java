package dev.pawl.lock.spring;

import dev.pawl.lock.Acquirable;
import dev.pawl.lock.Capability;
import dev.pawl.lock.FencingToken;
import dev.pawl.lock.Guarantees;
import dev.pawl.lock.Lease;
import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockConfigException;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.MultiLease;
import dev.pawl.lock.spi.Durations;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ResolvableType;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.Expression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.ClassUtils;

/** A method with its {@link Locked}, read and checked. Immutable but for what was warned about. */
final class LockedMethod {

    private static final SpelExpressionParser PARSER = new SpelExpressionParser();

    private final Method method;
    private final List<Template> names;
    private final OnBusy onBusy;
    private final InTransaction inTransaction;
    private final @Nullable Duration waitFor;
    private final @Nullable Duration leaseTime;
    private final @Nullable Duration holdAtLeast;
    private final @Nullable Expression otherwise;
    private final Class<?> valueType;
    private final boolean stage;
    private final AtomicBoolean calledInTransaction = new AtomicBoolean();
    private final AtomicBoolean calledWithSnapshot = new AtomicBoolean();

    LockedMethod(Method method, Class<?> type, Set<Locked> all, UnaryOperator<String> placeholders) {
        this.method = method;
        Locked first = all.iterator().next();
        if (!all.stream().allMatch(each -> agree(first, each))) {
            throw refused("its @Locked annotations must agree in everything but the name");
        }
        names = all.stream()
                .map(each -> new Template(placeholders.apply(each.value())))
                .toList();
        onBusy = first.onBusy();
        inTransaction = first.inTransaction();
        waitFor = duration("waitFor", placeholders.apply(first.waitFor()));
        leaseTime = duration("leaseTime", placeholders.apply(first.leaseTime()));
        holdAtLeast = duration("holdAtLeast", placeholders.apply(first.holdAtLeast()));
        refuseWhatIsOutOfRange();
        ResolvableType result = ResolvableType.forMethodReturnType(method, type);
        stage = CompletionStage.class.isAssignableFrom(result.toClass());
        refuseWhatComesLater(result.toClass());
        valueType = stage ? result.as(CompletionStage.class).getGeneric(0).toClass() : result.toClass();
        String text = placeholders.apply(first.otherwise());
        otherwise = text.isEmpty() ? null : PARSER.parseExpression(text);
        checkOtherwise();
    }

    private static boolean agree(Locked one, Locked other) {
        return one.waitFor().equals(other.waitFor())
                && one.leaseTime().equals(other.leaseTime())
                && one.holdAtLeast().equals(other.holdAtLeast())
                && one.onBusy() == other.onBusy()
                && one.otherwise().equals(other.otherwise())
                && one.inTransaction() == other.inTransaction();
    }

    private @Nullable Duration duration(String attribute, String text) {
        try {
            return text.isEmpty() ? null : Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    this + ": @Locked(" + attribute + " = \"" + text + "\"): " + e.getMessage(), e);
        }
    }

    private void refuseWhatIsOutOfRange() {
        try {
            own(LockOptions.defaults());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(this + ": @Locked: " + e.getMessage(), e);
        }
    }

    /** The lock would be released before the work is done. */
    private void refuseWhatComesLater(Class<?> result) {
        boolean publisher = ClassUtils.getAllInterfacesForClassAsSet(result).stream()
                .anyMatch(type -> type.getName().equals("org.reactivestreams.Publisher"));
        boolean future = Future.class.isAssignableFrom(result) && !stage;
        if (publisher || future || KotlinDetector.isSuspendingFunction(method)) {
            throw refused(
                    "its result comes later, in a way that @Locked cannot wait for: return a CompletionStage, or use"
                            + " acquireAsync() of the LockClient");
        }
        if (stage && result != CompletionStage.class && result != CompletableFuture.class) {
            throw refused(
                    "declare CompletionStage or CompletableFuture as its result, in place of " + result.getName());
        }
    }

    private void checkOtherwise() {
        if (otherwise != null && onBusy != OnBusy.SKIP) {
            throw refused("otherwise is for onBusy = SKIP");
        }
        boolean hasOwn = valueType == void.class || valueType == Void.class || valueType == Optional.class;
        if (onBusy == OnBusy.SKIP && otherwise == null && !hasOwn) {
            throw refused("with onBusy = SKIP say what a skipped call returns: @Locked(…, otherwise = \"null\")");
        }
    }

    IllegalStateException refused(String why) {
        return new IllegalStateException(this + ": " + why);
    }

    InTransaction inTransaction() {
        return inTransaction;
    }

    /** Whether the caller gets its result later than the method returns. */
    boolean isStage() {
        return stage;
    }

    boolean isFirstInTransaction() {
        return !calledInTransaction.get() && calledInTransaction.compareAndSet(false, true);
    }

    boolean isFirstWithSnapshot() {
        return !calledWithSnapshot.get() && calledWithSnapshot.compareAndSet(false, true);
    }

    boolean declaresInterrupts() {
        for (Class<?> declared : method.getExceptionTypes()) {
            if (declared.isAssignableFrom(InterruptedException.class)) {
                return true;
            }
        }
        return false;
    }

    /** The names of a call, each once; only expressions need the context. */
    Collection<String> names(Supplier<EvaluationContext> context) {
        if (names.size() == 1) {
            Template only = names.get(0);
            return List.of(only.isConstant() ? only.constant() : only.name(context.get()));
        }
        EvaluationContext evaluated = context.get();
        return names.stream().map(name -> name.name(evaluated)).distinct().toList();
    }

    /** Empty if another has it and the call is to be skipped. */
    Optional<MultiLease> acquire(LockClient client, List<String> wanted, LockOptions options)
            throws InterruptedException {
        ensureSupported(client.guarantees());
        boolean several = wanted.size() > 1;
        if (leaseTime == null && holdAtLeast == null) {
            return several
                    ? acquire(client.lockAll(wanted), Function.identity())
                    : acquire(client.lock(wanted.get(0)), OneLease::new);
        }
        LockOptions own = own(options);
        return several
                ? acquire(client.lockAll(wanted, own), Function.identity())
                : acquire(client.lock(wanted.get(0), own), OneLease::new);
    }

    private LockOptions own(LockOptions options) {
        LockOptions.Builder own = options.toBuilder();
        if (leaseTime != null) {
            own.leaseTime(leaseTime);
        }
        if (holdAtLeast != null) {
            own.holdAtLeast(holdAtLeast);
        }
        return own.build();
    }

    /** Whether not every backend can do what it asks for. */
    boolean isDemanding() {
        return holdAtLeast != null;
    }

    /**
     * Returns if the backend can do what the method asks for.
     *
     * @throws LockConfigException if not; says what you can do instead
     */
    void ensureSupported(Guarantees guarantees) {
        if (holdAtLeast != null && !guarantees.supports(Capability.HOLD_AT_LEAST)) {
            throw new LockConfigException(this + ": @Locked(holdAtLeast = …): " + Capability.HOLD_AT_LEAST
                    + " is not supported here; " + Capability.HOLD_AT_LEAST.alternative() + ". This is "
                    + guarantees.summary());
        }
    }

    private <L extends AutoCloseable> Optional<MultiLease> acquire(Acquirable<L> lock, Function<L, MultiLease> as)
            throws InterruptedException {
        return switch (onBusy) {
            case WAIT -> Optional.of(as.apply(waitFor == null ? lock.acquire() : lock.acquire(waitFor)));
            case FAIL -> Optional.of(as.apply(lock.acquire(waitFor == null ? Duration.ZERO : waitFor)));
            case SKIP -> (waitFor == null ? lock.tryAcquire() : lock.tryAcquire(waitFor)).map(as);
        };
    }

    /** What a call returns that was skipped. */
    @Nullable
    Object skipped(Supplier<EvaluationContext> context) {
        Object value = otherwise != null
                ? otherwise.getValue(context.get(), valueType)
                : valueType == Optional.class ? Optional.empty() : null;
        return stage ? CompletableFuture.completedFuture(value) : value;
    }

    /** Gives the method its lease and token, where its caller has left them to us. */
    void fillIn(@Nullable Object[] arguments, Frame frame) {
        Class<?>[] types = method.getParameterTypes();
        for (int i = 0; i < types.length; i++) {
            if (arguments[i] == null && types[i] == Lease.class) {
                arguments[i] = frame.onlyLease();
            } else if (arguments[i] == null && types[i] == FencingToken.class) {
                arguments[i] = frame.onlyLease().token();
            }
        }
    }

    /** For messages. */
    @Override
    public String toString() {
        return method.getDeclaringClass().getSimpleName() + "." + method.getName() + "()";
    }
}
