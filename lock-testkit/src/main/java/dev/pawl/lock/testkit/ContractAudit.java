package dev.pawl.lock.testkit;

import dev.pawl.lock.spi.LockBackendProvider;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Judges the subclasses of {@link LockContract}: is every backend put to the test, and by every case? A green contract proves
 * nothing if a case was overridden with an empty body.
 */
public final class ContractAudit {

    private static final int SHORTEST_REASON = 20;

    /** The name of {@link LockContract#obstacle()}. */
    private static final String OBSTACLE = "obstacle";

    private ContractAudit() {}

    /**
     * The cases of the contract.
     *
     * @return the names of their methods
     */
    public static Set<String> cases() {
        return Arrays.stream(LockContract.class.getMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * What is wrong with a subclass: a case that is overridden, disabled or skipped without a reason, a skipped case that
     * does not exist, a name that the build does not run, a missing {@link ContractOf}, a condition in JUnit's own words, cases
     * that are left to a contract which does not run them.
     *
     * @param contract the subclass
     * @return one sentence for each fault, none when all is well
     */
    public static List<String> faults(Class<? extends LockContract> contract) {
        List<String> faults = new ArrayList<>();
        if (!contract.getSimpleName().endsWith("Test") || contract.getEnclosingClass() != null) {
            faults.add("is never run: only top-level classes whose names end in Test are");
        }
        if (!contract.isAnnotationPresent(ContractOf.class)) {
            faults.add("does not say with @ContractOf which backend it tests");
        }
        for (SkippedCase skipped : skipped(contract)) {
            if (!cases().contains(skipped.value())) {
                faults.add("skips " + skipped.value() + ", which is no case of the contract");
            }
            if (skipped.because().strip().length() < SHORTEST_REASON) {
                faults.add("skips " + skipped.value() + " without a reason that would fill a sentence");
            }
        }
        for (LeavesTo left : leaves(contract)) {
            faults.addAll(faults(contract, left));
        }
        lineage(contract).forEach(type -> {
            if (type.isAnnotationPresent(Disabled.class)) {
                faults.add("is @Disabled as a whole");
            }
            Arrays.stream(type.getAnnotations())
                    .filter(annotation -> isCondition(annotation.annotationType()))
                    .forEach(condition -> faults.add("is run under a condition, @"
                            + condition.annotationType().getSimpleName()
                            + ": override obstacle(), which gives a reason"));
            Arrays.stream(type.getDeclaredMethods())
                    .map(Method::getName)
                    .filter(cases()::contains)
                    .forEach(name -> faults.add(
                            "overrides " + name + ": skip it with @SkippedCase and write another under its own name"));
        });
        return List.copyOf(faults);
    }

    private static List<String> faults(Class<? extends LockContract> contract, LeavesTo left) {
        Class<? extends LockContract> other = left.value();
        String what = "leaves " + left.part() + " to " + other.getSimpleName();
        List<String> faults = new ArrayList<>();
        if (left.because().strip().length() < SHORTEST_REASON) {
            faults.add(what + " without a reason that would fill a sentence");
        }
        if (Modifier.isAbstract(other.getModifiers()) || other == contract) {
            faults.add(what + ", which is no other contract that is run");
        }
        if (runsEverywhere(contract) && !runsEverywhere(other)) {
            faults.add(what + ", which is not run everywhere");
        }
        cases(left.part()).stream()
                .filter(test -> left(other, test).isPresent()
                        || skipped(other).stream()
                                .anyMatch(skipped -> skipped.value().equals(test.getName())))
                .filter(test -> skipped(contract).stream()
                        .noneMatch(skipped -> skipped.value().equals(test.getName())))
                .forEach(test -> faults.add(what + ", which does not run " + test.getName()));
        return faults;
    }

    /** One of {@code @EnabledIf}, {@code @DisabledOnOs} and so on. */
    private static boolean isCondition(Class<? extends Annotation> annotation) {
        return annotation.getPackage().equals(EnabledIf.class.getPackage());
    }

    /**
     * The backends that no contract puts to the test, or only contracts that are {@linkplain LockContract#obstacle() not run
     * everywhere}.
     *
     * @param providers the backends, as {@link java.util.ServiceLoader} finds them
     * @param contracts the subclasses
     * @return one sentence for each backend, none when all is well
     */
    public static List<String> untested(
            Collection<? extends LockBackendProvider> providers,
            Collection<? extends Class<? extends LockContract>> contracts) {
        Set<String> tested = contracts.stream()
                .filter(contract -> !Modifier.isAbstract(contract.getModifiers()))
                .filter(ContractAudit::runsEverywhere)
                .flatMap(contract -> Optional.ofNullable(contract.getAnnotation(ContractOf.class)).stream())
                .map(ContractOf::value)
                .collect(Collectors.toSet());
        return providers.stream()
                .filter(provider -> provider.schemes().stream().noneMatch(tested::contains))
                .map(provider -> provider.getClass().getName() + ": no @ContractOf one of " + provider.schemes())
                .toList();
    }

    private static boolean runsEverywhere(Class<? extends LockContract> contract) {
        return lineage(contract)
                .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .noneMatch(method -> method.getName().equals(OBSTACLE) && method.getParameterCount() == 0);
    }

    /**
     * What a contract skips.
     *
     * @param contract the subclass, of {@link LockContract} or of {@link GuardContract}
     * @return its skipped cases
     */
    public static List<SkippedCase> skipped(Class<?> contract) {
        return AnnotationSupport.findRepeatableAnnotations(contract, SkippedCase.class);
    }

    /**
     * What a contract leaves to others.
     *
     * @param contract the subclass
     * @return one for each part that it leaves
     */
    public static List<LeavesTo> leaves(Class<?> contract) {
        return AnnotationSupport.findRepeatableAnnotations(contract, LeavesTo.class);
    }

    /** To whom a contract leaves a case. */
    static Optional<LeavesTo> left(Class<?> contract, Method test) {
        return AnnotationSupport.findAnnotation(test, Proves.class)
                .flatMap(proves -> leaves(contract).stream()
                        .filter(left -> left.part() == proves.value())
                        .findFirst());
    }

    /**
     * The cases of one part.
     *
     * @param part what they prove
     * @return their methods
     */
    public static List<Method> cases(Part part) {
        return Arrays.stream(LockContract.class.getMethods())
                .filter(test -> test.isAnnotationPresent(Proves.class)
                        && test.getAnnotation(Proves.class).value() == part)
                .toList();
    }

    private static Stream<Class<?>> lineage(Class<?> contract) {
        return Stream.<Class<?>>iterate(contract, type -> type != LockContract.class, Class::getSuperclass);
    }
}
