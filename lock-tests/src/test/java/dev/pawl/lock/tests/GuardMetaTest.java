package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.pawl.lock.fencing.RowFence;
import dev.pawl.lock.testkit.ContractAudit;
import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.GuardContract;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every guard passes the whole contract of guards: none is missing, no case is skipped in silence. */
class GuardMetaTest {

    private static final int SHORTEST_REASON = 20;

    private static final JavaClasses classes = new ClassFileImporter().importPackages("dev.pawl.lock");

    static List<Class<?>> contracts() {
        return classes.stream()
                .filter(type -> type.isAssignableTo(GuardContract.class))
                .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                .<Class<?>>map(JavaClass::reflect)
                .toList();
    }

    private static Set<String> guards() {
        return Stream.concat(
                        Stream.of(RowFence.class.getName()),
                        classes.stream()
                                .filter(type -> type.getSimpleName().endsWith("FencingGuard"))
                                .filter(type -> !type.isInterface())
                                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                                .map(JavaClass::getName))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The guard of the others: a contract in a module that nobody looked into is always fine. */
    @Test
    void everyContractOfEveryModule_isJudged() {
        assertThat(contracts().stream().map(Class::getName))
                .containsExactlyInAnyOrderElementsOf(ContractSources.of(GuardContract.class));
    }

    /** By contracts that every build runs, on every machine. */
    @Test
    void everyGuard_passesTheContract() {
        assertThat(guards()).hasSizeGreaterThanOrEqualTo(5);
        Set<String> tested = contracts().stream()
                .filter(contract -> !contract.isAnnotationPresent(Full.class))
                .filter(contract -> Arrays.stream(contract.getDeclaredMethods())
                        .noneMatch(method -> method.getName().equals("obstacle")))
                .map(contract ->
                        contract.getAnnotation(ContractOfGuard.class).value().getName())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(tested).isEqualTo(guards());
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void everyContract_isRun_andSkipsNothingWithoutAReason(Class<?> contract) {
        assertThat(contract.getSimpleName()).endsWith("Test");
        assertThat(contract.getEnclosingClass()).isNull();
        assertThat(contract.isAnnotationPresent(Disabled.class)).isFalse();
        assertThat(ContractAudit.skipped(contract)).allSatisfy(skipped -> {
            assertThat(cases()).contains(skipped.value());
            assertThat(skipped.because()).hasSizeGreaterThan(SHORTEST_REASON);
        });
    }

    private static List<String> cases() {
        return Arrays.stream(GuardContract.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(java.lang.reflect.Method::getName)
                .toList();
    }

    @Test
    void noCase_canBeOverridden() {
        assertThat(Arrays.stream(GuardContract.class.getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(Test.class)))
                .hasSizeGreaterThan(15)
                .allMatch(method -> Modifier.isFinal(method.getModifiers()));
    }
}
