package dev.pawl.lock.spring;

import static java.util.Objects.requireNonNull;

import dev.pawl.lock.Guarantees;
import dev.pawl.lock.LockClient;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.transaction.interceptor.TransactionAspectSupport;
import org.springframework.util.ClassUtils;

/**
 * Puts the interceptors of {@link Locked} where they belong: directly around the one of the transaction, whatever the order of the
 * advisors. So a retry, an {@code @Async} or a check of permissions is outside of the lock, and the transaction is inside. Made by {@link
 * EnableLocked}; not for direct use.
 */
public final class LockedBeanPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor
        implements SmartInitializingSingleton {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(Locked.class);

    private transient @Nullable LockedMethods methods;
    private transient @Nullable BeanFactory beans;

    /** Made once in an application context. */
    public LockedBeanPostProcessor() {}

    @Override
    public void setBeanFactory(BeanFactory beanFactory) {
        super.setBeanFactory(beanFactory);
        UnaryOperator<String> placeholders = UnaryOperator.identity();
        if (beanFactory instanceof ConfigurableBeanFactory configurable) {
            placeholders = text -> requireNonNull(configurable.resolveEmbeddedValue(text), text);
        }
        LockedMethods read = new LockedMethods(placeholders);
        methods = read;
        beans = beanFactory;
        advisor = new DefaultPointcutAdvisor(read, new LockedInterceptor(read, beanFactory));
    }

    @Override
    public @Nullable Object postProcessAfterInitialization(@Nullable Object bean, String beanName) {
        if (bean == null) {
            return null;
        }
        Class<?> type = AopUtils.getTargetClass(bean);
        Map<Method, LockedMethod> locked = isEligible(type) ? lockedMethods(type) : Map.of();
        Object proxy = addAround(bean, type) ? bean : super.postProcessAfterInitialization(bean, beanName);
        if (!locked.isEmpty() && proxy != null) {
            locked.forEach((method, itself) -> refuseWhatNobodyIntercepts(proxy, type, method, itself));
            LOG.debug(
                    "bean '{}': the methods {} are locked when they are called through the proxy, not from within {}",
                    beanName,
                    locked.values(),
                    type.getSimpleName());
        }
        return proxy;
    }

    /**
     * Refuses what the backend cannot do: a job by the clock would fail where nobody looks. The client is made for it only if a method asks
     * for such a thing.
     */
    @Override
    public void afterSingletonsInstantiated() {
        List<LockedMethod> demanding = requireNonNull(methods, "methods").demanding();
        if (!demanding.isEmpty()) {
            Guarantees guarantees =
                    requireNonNull(beans, "beans").getBean(LockClient.class).guarantees();
            demanding.forEach(method -> method.ensureSupported(guarantees));
        }
    }

    private Map<Method, LockedMethod> lockedMethods(Class<?> type) {
        LockedMethods all = requireNonNull(methods, "methods");
        return MethodIntrospector.selectMethods(type, (MethodIntrospector.MetadataLookup<LockedMethod>)
                method -> all.of(method, type).orElse(null));
    }

    /** Whether the bean is the proxy of a transaction, and now has our interceptors around that. */
    private boolean addAround(Object bean, Class<?> type) {
        if (!LockedInterceptor.TRANSACTIONS
                || !(bean instanceof Advised advised)
                || advised.isFrozen()
                || !isEligible(type)) {
            return false;
        }
        int first = -1;
        int last = -1;
        for (int i = 0; i < advised.getAdvisorCount(); i++) {
            if (advised.getAdvisors()[i].getAdvice() instanceof TransactionAspectSupport) {
                first = first < 0 ? i : first;
                last = i;
            }
        }
        if (first < 0) {
            return false;
        }
        advised.addAdvisor(last + 1, new DefaultPointcutAdvisor(requireNonNull(methods, "methods"), inTransaction()));
        advised.addAdvisor(first, requireNonNull(advisor, "advisor"));
        return true;
    }

    /** Directly inside of the transaction: what the call holds, it holds until the transaction has ended. */
    private static MethodInterceptor inTransaction() {
        return call -> {
            HeldByTransaction.hold(Frame.current().holdings());
            return call.proceed();
        };
    }

    /** What is called past the proxy is not locked, and nobody would notice. */
    private static void refuseWhatNobodyIntercepts(Object proxy, Class<?> type, Method method, LockedMethod locked) {
        int modifiers = method.getModifiers();
        if (Modifier.isPrivate(modifiers) || Modifier.isStatic(modifiers)) {
            throw locked.refused("a private or static method cannot be locked, since no proxy sees its calls");
        }
        if (AopUtils.isCglibProxy(proxy) && Modifier.isFinal(modifiers)) {
            throw locked.refused("a final method cannot be locked, since the proxy cannot override it");
        }
        if (AopUtils.isJdkDynamicProxy(proxy)
                && !ClassUtils.getInterfaceMethodIfPossible(method, type)
                        .getDeclaringClass()
                        .isInterface()) {
            throw locked.refused("the bean is known by its interfaces, and none of them has the method; use"
                    + " proxyTargetClass = true, or declare it in an interface");
        }
    }
}
