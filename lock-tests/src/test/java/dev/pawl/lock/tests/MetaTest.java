package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** Every backend on the class path passes the whole contract: none is missing, no case is overridden or skipped in silence. */
class MetaTest {

    private static final String PLANTED = "dev.pawl.lock.tests.MetaTest";

    static List<Class<? extends LockContract>> contracts() {
        return new ClassFileImporter()
                .importPackages("dev.pawl.lock.tests").stream()
                        .filter(type -> type.isAssignableTo(LockContract.class))
                        .filter(type -> !type.getModifiers().contains(JavaModifier.ABSTRACT))
                        .filter(type -> !type.getName().startsWith(PLANTED))
                        .<Class<? extends LockContract>>map(type -> reflected(type))
                        .toList();
    }

    private static Class<? extends LockContract> reflected(JavaClass type) {
        return type.reflect().asSubclass(LockContract.class);
    }

    @Test
    void everyBackend_hasAContract() {
        List<LockBackendProvider> providers = ServiceLoader.load(LockBackendProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        assertThat(ContractAudit.untested(providers, contracts())).isEmpty();
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

    // Each rule is seen to fail.

    abstract static class Planted extends LockContract {
        @Override
        protected BackendFixture startService() {
            throw new UnsupportedOperationException("planted: never run");
        }
    }

    @ContractOf("planted")
    @SkippedCase(value = "aReleasedLock_leavesNothingBehind", because = "a reason that fills a sentence")
    static final class SkipsWithAReason extends Planted {}

    @ContractOf("planted")
    @SkippedCase(value = "aReleasedLock_leavesNothingBehind", because = "slow")
    static final class SkipsWithoutAReason extends Planted {}

    @ContractOf("planted")
    @SkippedCase(value = "aCaseThatIsNoMore", because = "a reason that fills a sentence")
    static final class SkipsWhatIsNoCase extends Planted {}

    @ContractOf("planted")
    static class Overrides extends Planted {
        @Override
        public void aReleasedLock_leavesNothingBehind() {
            // Green, and proves nothing.
        }
    }

    @ContractOf("planted")
    static final class InheritsAnOverride extends Overrides {}

    @Disabled("later")
    @ContractOf("planted")
    static final class IsDisabled extends Planted {}

    @EnabledOnOs(OS.LINUX)
    @ContractOf("planted")
    static final class HasACondition extends Planted {}

    @ContractOf("planted")
    static final class MeetsAnObstacle extends Planted {
        @Override
        protected Optional<String> obstacle() {
            return Optional.of("planted: no such machine");
        }
    }

    static final class NamesNoBackend extends Planted {}

    @Test
    void aSkipWithAReason_isFine() {
        assertThat(ContractAudit.faults(SkipsWithAReason.class)).allMatch(fault -> fault.startsWith("is never run"));
    }

    @Test
    void aNestedContract_isFound() {
        assertThat(ContractAudit.faults(SkipsWithAReason.class)).anyMatch(fault -> fault.startsWith("is never run"));
    }

    @Test
    void aSkipWithoutAReason_isFound() {
        assertThat(ContractAudit.faults(SkipsWithoutAReason.class))
                .anyMatch(fault -> fault.contains("without a reason"));
    }

    @Test
    void aSkipOfNoCase_isFound() {
        assertThat(ContractAudit.faults(SkipsWhatIsNoCase.class))
                .anyMatch(fault -> fault.contains("aCaseThatIsNoMore, which is no case"));
    }

    @Test
    void anOverride_isFound() {
        assertThat(List.of(Overrides.class, InheritsAnOverride.class))
                .allSatisfy(contract -> assertThat(ContractAudit.faults(contract))
                        .anyMatch(fault -> fault.startsWith("overrides aReleasedLock_leavesNothingBehind")));
    }

    @Test
    void aDisabledContract_isFound() {
        assertThat(ContractAudit.faults(IsDisabled.class)).contains("is @Disabled as a whole");
    }

    @Test
    void aCondition_isFound() {
        assertThat(ContractAudit.faults(HasACondition.class)).anyMatch(fault -> fault.contains("@EnabledOnOs"));
    }

    @Test
    void aContractThatIsNotRunEverywhere_doesNotDoForABackend() {
        LockBackendProvider planted = provider("planted");
        assertThat(ContractAudit.untested(List.of(planted), List.of(MeetsAnObstacle.class)))
                .hasSize(1);
        assertThat(ContractAudit.untested(List.of(planted), List.of(MeetsAnObstacle.class, Overrides.class)))
                .isEmpty();
    }

    @Test
    void aContractThatMeetsAnObstacle_isSkippedAsAWhole() {
        assertThatThrownBy(new MeetsAnObstacle()::startTheService)
                .isInstanceOf(TestAbortedException.class)
                .hasMessage("planted: no such machine");
    }

    @Test
    void aContractOfNoBackend_isFound() {
        assertThat(ContractAudit.faults(NamesNoBackend.class)).anyMatch(fault -> fault.contains("@ContractOf"));
    }

    @Test
    void aBackendWithoutAContract_isFound() {
        LockBackendProvider untested = provider("untested");
        assertThat(ContractAudit.untested(List.of(untested), List.of(Overrides.class)))
                .hasSize(1)
                .allMatch(fault -> fault.contains("untested"));
        assertThat(ContractAudit.untested(List.of(untested), List.of(Planted.class)))
                .hasSize(1);
    }

    private static LockBackendProvider provider(String scheme) {
        return new LockBackendProvider() {
            @Override
            public Set<String> schemes() {
                return Set.of(scheme);
            }

            @Override
            public LockBackend create(BackendSettings settings) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
