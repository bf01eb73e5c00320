package dev.pawl.lock.spring;

import dev.pawl.lock.LockClient;
import dev.pawl.lock.LockOptions;
import dev.pawl.lock.MultiLease;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.context.expression.BeanFactoryResolver;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.EvaluationContext;
import org.springframework.util.ClassUtils;
import org.springframework.util.function.SingletonSupplier;

/** Takes the lock of a call, directly around its transaction. */
final class LockedInterceptor implements MethodInterceptor {

    static final String TRANSACTION_MANAGER =
            "org.springframework.transaction.support.TransactionSynchronizationManager";

    /** Whether an application has transactions at all. */
    static final boolean TRANSACTIONS =
            ClassUtils.isPresent(TRANSACTION_MANAGER, LockedInterceptor.class.getClassLoader());

    private final LockedMethods methods;
    private final Supplier<LockClient> client;
    private final Supplier<LockOptions> options;
    private final BeanFactoryResolver beans;
    private final ParameterNameDiscoverer parameters = new DefaultParameterNameDiscoverer();

    LockedInterceptor(LockedMethods methods, BeanFactory beanFactory) {
        this.methods = methods;
        beans = new BeanFactoryResolver(beanFactory);
        client = SingletonSupplier.of(() -> beanFactory.getBean(LockClient.class));
        options = SingletonSupplier.of(
                () -> beanFactory.getBeanProvider(LockOptions.class).getIfUnique(LockOptions::defaults));
    }

    @Override
    public @Nullable Object invoke(MethodInvocation call) throws Throwable {
        Object target = call.getThis();
        Class<?> type = target != null
                ? ClassUtils.getUserClass(target)
                : call.getMethod().getDeclaringClass();
        Optional<LockedMethod> found = methods.of(call.getMethod(), type);
        if (found.isEmpty()) {
            return call.proceed();
        }
        LockedMethod locked = found.get();
        Supplier<EvaluationContext> context = () -> context(call, target, type);
        Frame frame = enter(locked, locked.names(context));
        return frame == null ? locked.skipped(context) : run(locked, call, frame);
    }

    private static @Nullable Object run(LockedMethod locked, MethodInvocation call, Frame frame) throws Throwable {
        Object result;
        CompletableFuture<?> stage = null;
        try {
            if (TRANSACTIONS) {
                HeldByTransaction.hold(frame.holdings());
            }
            locked.fillIn(call.getArguments(), frame);
            result = call.proceed();
            if (locked.isStage() && result instanceof CompletionStage<?> returned) {
                // A stage may refuse this.
                stage = returned.toCompletableFuture();
            }
        } catch (Throwable e) {
            frame.leaveAfter(e);
            throw e;
        }
        if (stage != null) {
            return frame.leaveWith(stage);
        }
        frame.leave();
        return result;
    }

    /** Null if another has a lock and the call is to be skipped. */
    private @Nullable Frame enter(LockedMethod locked, Collection<String> names) throws InterruptedException {
        LockClient locks = client.get();
        OnThread thread = OnThread.current();
        Map<String, Holding> byName = new LinkedHashMap<>();
        List<String> missing = new ArrayList<>();
        for (String name : names) {
            Holding joined = thread.find(locks, name);
            if (joined == null) {
                missing.add(name);
            } else {
                joined.lease().ensureValid();
                byName.put(name, joined);
            }
        }
        if (!missing.isEmpty()) {
            Optional<MultiLease> lease = acquire(locked, locks, missing);
            if (lease.isEmpty()) {
                return null;
            }
            Holding holding = new Holding(thread, locks, lease.get());
            thread.remember(holding);
            missing.forEach(name -> byName.put(name, holding));
        }
        return Frame.enter(thread, byName);
    }

    private Optional<MultiLease> acquire(LockedMethod locked, LockClient locks, List<String> names)
            throws InterruptedException {
        if (TRANSACTIONS) {
            OpenTransaction.check(locked);
        }
        try {
            return locked.acquire(locks, names, options.get());
        } catch (InterruptedException e) {
            if (locked.declaresInterrupts()) {
                throw e;
            }
            Thread.currentThread().interrupt();
            throw new LockInterruptedException(
                    locked + ": interrupted while it waited for " + names + "; it has not run", e);
        }
    }

    private EvaluationContext context(MethodInvocation call, @Nullable Object target, Class<?> type) {
        Method method = call.getMethod();
        CallRoot root = new CallRoot(method, target, type, call.getArguments());
        Method specific = ClassUtils.getMostSpecificMethod(method, type);
        MethodBasedEvaluationContext context =
                new MethodBasedEvaluationContext(root, specific, call.getArguments(), parameters);
        context.setBeanResolver(beans);
        return context;
    }
}
