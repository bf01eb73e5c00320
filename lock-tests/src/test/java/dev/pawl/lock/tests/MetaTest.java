package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.pawl.lock.jdbc.H2ContractTest;
import dev.pawl.lock.redis.RedisContractTest;
import dev.pawl.lock.spi.LockBackendProvider;
import dev.pawl.lock.testkit.ContractAudit;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.Full;
import dev.pawl.lock.testkit.LeavesTo;
import dev.pawl.lock.testkit.LockContract;
import dev.pawl.lock.testkit.MemoryContractTest;
import dev.pawl.lock.testkit.Part;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every backend on the class path passes the whole contract: none is missing, no case is overridden or skipped in silence. */
class MetaTest {

    /** Contracts that break a rule each, to see it fail. */
    private static final String PLANTED = "dev.pawl.lock.testkit.ContractAuditTest";

    /** A backend to read and to get wrong, no part of the library; {@code MistakesTest} beside it judges its contracts. */
    private static final String EXAMPLES = "dev.pawl.lock.examples.";

    private static final List<Class<? extends LockContract>> contracts = new ClassFileImporter()
            .importPackages("dev.pawl.lock").stream()
                    .filter(type -> type.isAssignableTo(LockContract.class))
                    .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                    .filter(type -> !type.getName().startsWith(PLANTED))
                    .filter(type -> !type.getName().startsWith(EXAMPLES))
                    .<Class<? extends LockContract>>map(type -> reflected(type))
                    .toList();

    static List<Class<? extends LockContract>> contracts() {
        return contracts;
    }

    private static List<LockBackendProvider> providers() {
        return ServiceLoader.load(LockBackendProvider.class).stream()
                .filter(provider -> !provider.type().getName().startsWith(EXAMPLES))
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private static Class<? extends LockContract> reflected(JavaClass type) {
        return type.reflect().asSubclass(LockContract.class);
    }

    /** The guard of all the others: a contract in a module that nobody looked into is always fine. */
    @Test
    void everyContractOfEveryModule_isJudged() {
        assertThat(contracts().stream().map(Class::getName))
                .containsExactlyInAnyOrderElementsOf(ContractSources.of(LockContract.class));
    }

    /** That every build runs. */
    @Test
    void everyBackend_hasAContract() {
        List<LockBackendProvider> providers = providers();
        List<Class<? extends LockContract>> always = contracts().stream()
                .filter(contract -> !contract.isAnnotationPresent(Full.class))
                .toList();
        assertThat(ContractAudit.untested(providers, always)).isEmpty();
    }

    @Test
    void thereAreContracts() {
        assertThat(contracts()).isNotEmpty();
        assertThat(ContractAudit.cases()).hasSizeGreaterThan(100);
    }

    @ParameterizedTest
    @MethodSource("contracts")
    void everyContract_hasAllCases(Class<? extends LockContract> contract) {
        assertThat(ContractAudit.faults(contract)).isEmpty();
    }

    /** And says in the log of the build which cases were not repeated, and where they are proved. */
    @Test
    void whatAContractLeaves_anotherOfTheSameBuildProves() {
        List<LockBackendProvider> providers = providers();
        for (Class<? extends LockContract> contract : contracts()) {
            for (LeavesTo left : ContractAudit.leaves(contract)) {
                System.out.println(contract.getSimpleName() + " leaves "
                        + ContractAudit.cases(left.part()).size() + " cases of the " + left.part() + " to "
                        + left.value().getSimpleName());
                assertThat(left.value().isAnnotationPresent(Full.class))
                        .as("%s is run only where %s is", contract, left.value())
                        .isFalse();
                assertThat(left.part() == Part.ENGINE || haveOneProvider(providers, contract, left.value()))
                        .as("%s and %s test one backend", contract, left.value())
                        .isTrue();
            }
        }
    }

    private static boolean haveOneProvider(List<LockBackendProvider> providers, Class<?> contract, Class<?> other) {
        return providers.stream()
                .anyMatch(provider -> provider.schemes()
                        .containsAll(List.of(
                                contract.getAnnotation(ContractOf.class).value(),
                                other.getAnnotation(ContractOf.class).value())));
    }

    /** The engine meets an answer at once, one on another thread, and calls that block. */
    @ParameterizedTest
    @ValueSource(classes = {MemoryContractTest.class, RedisContractTest.class, H2ContractTest.class})
    void theEngine_isProvedWhereABackendAnswers(Class<?> contract) {
        assertThat(ContractAudit.leaves(contract)).isEmpty();
        assertThat(contract.isAnnotationPresent(Full.class)).isFalse();
    }
}
