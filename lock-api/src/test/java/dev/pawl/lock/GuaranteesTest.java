package dev.pawl.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pawl.lock.Guarantees.CrashRelease;
import dev.pawl.lock.Guarantees.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GuaranteesTest {

    private static final Guarantees PLAIN =
            Guarantees.builder("Chalk: a board on a wall").build();

    @ParameterizedTest
    @EnumSource(Capability.class)
    void everyCapability_canBeRequiredUnderItsName(Capability capability) {
        Guarantees able = PLAIN.toBuilder().supports(capability).build();
        Requirement requirement = Requirement.valueOf(capability.name());
        assertThat(requirement.isMetBy(able)).isTrue();
        assertThat(requirement.isMetBy(PLAIN)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Capability.class)
    void whatIsNotSupported_isRefusedWithBackendCapabilityAndAlternative(Capability capability) {
        assertThatExceptionOfType(LockConfigException.class)
                .isThrownBy(() -> PLAIN.ensure(capability))
                .withMessageContaining("Chalk")
                .withMessageContaining(capability.name())
                .withMessageContaining(capability.alternative());
        assertThatCode(() -> PLAIN.toBuilder().supports(capability).build().ensure(capability))
                .doesNotThrowAnyException();
    }

    @Test
    void guarantees_areComparedByValue() {
        Guarantees one =
                PLAIN.toBuilder().order(Order.FIFO).supports(Capability.LIST).build();
        assertThat(one.toBuilder().build()).isEqualTo(one).hasSameHashCodeAs(one);
        assertThat(one).isNotEqualTo(PLAIN);
        assertThat(one.toBuilder().crashRelease(CrashRelease.SESSION).build()).isNotEqualTo(one);
        assertThat(one).hasToString("Guarantees[LEASE, FIFO, POLL, PROCESS, [LIST], Chalk: a board on a wall]");
    }
}
