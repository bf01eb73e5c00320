package dev.pawl.lock.spring;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.MethodClassKey;
import org.springframework.core.annotation.AnnotatedElementUtils;

/** The methods with {@link Locked}, each read once. */
final class LockedMethods extends StaticMethodMatcherPointcut {

    private final Map<MethodClassKey, Optional<LockedMethod>> known = new ConcurrentHashMap<>();
    private final UnaryOperator<String> placeholders;

    LockedMethods(UnaryOperator<String> placeholders) {
        this.placeholders = placeholders;
    }

    @Override
    public boolean matches(Method method, Class<?> type) {
        return of(method, type).isPresent();
    }

    Optional<LockedMethod> of(Method method, Class<?> type) {
        return known.computeIfAbsent(new MethodClassKey(method, type), key -> read(method, type));
    }

    /** Those that ask for what not every backend can do, of all beans that have been made. */
    List<LockedMethod> demanding() {
        return known.values().stream()
                .flatMap(Optional::stream)
                .filter(LockedMethod::isDemanding)
                .toList();
    }

    /** The annotation may be on the method that runs, or on the one of an interface or a superclass. */
    private Optional<LockedMethod> read(Method method, Class<?> type) {
        Method specific = AopUtils.getMostSpecificMethod(method, type);
        Set<Locked> annotations = AnnotatedElementUtils.findMergedRepeatableAnnotations(specific, Locked.class);
        if (annotations.isEmpty()) {
            annotations = AnnotatedElementUtils.findMergedRepeatableAnnotations(method, Locked.class);
        }
        return annotations.isEmpty()
                ? Optional.empty()
                : Optional.of(new LockedMethod(specific, type, annotations, placeholders));
    }
}
