package dev.pawl.lock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pawl.lock.spi.BackendSettings;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.spi.LockBackendProvider;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.opentest4j.TestAbortedException;

/** Each rule of the audit is seen to fail. */
class ContractAuditTest {

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

    @ContractOf("planted")
    @LeavesTo(value = Overrides.class, part = Part.ENGINE, because = "a reason that fills a sentence")
    static final class LeavesWithAReason extends Planted {}

    @ContractOf("planted")
    @LeavesTo(value = Overrides.class, part = Part.ENGINE, because = "slow")
    static final class LeavesWithoutAReason extends Planted {}

    @ContractOf("planted")
    @LeavesTo(value = LeavesWithAReason.class, part = Part.ENGINE, because = "a reason that fills a sentence")
    static final class LeavesToWhoLeavesItToo extends Planted {}

    @ContractOf("planted")
    @SkippedCase(value = "aSecondClose_doesNothing", because = "a reason that fills a sentence")
    static final class SkipsACaseOfTheEngine extends Planted {}

    @ContractOf("planted")
    @LeavesTo(value = SkipsACaseOfTheEngine.class, part = Part.ENGINE, because = "a reason that fills a sentence")
    static final class LeavesToWhoSkips extends Planted {}

    @ContractOf("planted")
    @LeavesTo(value = Planted.class, part = Part.ENGINE, because = "a reason that fills a sentence")
    static final class LeavesToNobody extends Planted {}

    @ContractOf("planted")
    @LeavesTo(value = MeetsAnObstacle.class, part = Part.ENGINE, because = "a reason that fills a sentence")
    static final class LeavesToWhoMeetsAnObstacle extends Planted {}

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
    void casesThatAreLeftToWhoRunsThem_areFine() {
        assertThat(ContractAudit.faults(LeavesWithAReason.class)).allMatch(fault -> fault.startsWith("is never run"));
    }

    @Test
    void casesThatAreLeftWithoutAReason_areFound() {
        assertThat(ContractAudit.faults(LeavesWithoutAReason.class))
                .anyMatch(fault -> fault.contains("leaves ENGINE to Overrides without a reason"));
    }

    @Test
    void casesThatAreLeftToWhoDoesNotRunThem_areFound() {
        assertThat(ContractAudit.faults(LeavesToWhoLeavesItToo.class))
                .contains("leaves ENGINE to LeavesWithAReason, which does not run aSecondClose_doesNothing");
        assertThat(ContractAudit.faults(LeavesToWhoSkips.class))
                .contains("leaves ENGINE to SkipsACaseOfTheEngine, which does not run aSecondClose_doesNothing");
        assertThat(ContractAudit.faults(LeavesToNobody.class))
                .contains("leaves ENGINE to Planted, which is no other contract that is run");
        assertThat(ContractAudit.faults(LeavesToWhoMeetsAnObstacle.class))
                .contains("leaves ENGINE to MeetsAnObstacle, which is not run everywhere");
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
