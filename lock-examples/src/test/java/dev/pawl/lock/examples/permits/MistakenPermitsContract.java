package dev.pawl.lock.examples.permits;

import dev.pawl.lock.Lease;
import dev.pawl.lock.memory.MemoryBackend;
import dev.pawl.lock.spi.LockBackend;
import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.LockContract;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The contract of a backend with one {@link PermitMistake}, or with none. Only {@link PermitMistakesTest} runs it. */
@ContractOf("memory")
@ExtendWith(MistakenPermitsContract.Choice.class)
final class MistakenPermitsContract extends LockContract {

    /** The parameter of a run that names the mistake; empty for none. */
    static final String MISTAKE = "permit-mistake";

    private final Optional<PermitMistake> mistake;

    MistakenPermitsContract(Optional<PermitMistake> mistake) {
        this.mistake = mistake;
    }

    @Override
    protected BackendFixture startService() {
        return new Fixture(mistake.orElse(null));
    }

    /** Hands the mistake of the run to the constructor. */
    static final class Choice implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Optional.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getConfigurationParameter(MISTAKE)
                    .filter(name -> !name.isEmpty())
                    .map(PermitMistake::valueOf);
        }
    }

    /** A service that is never harmed but for its permits: the cases that harm it otherwise are not run. */
    private static final class Fixture implements BackendFixture {

        private final MemoryBackend service = MemoryBackend.create();
        private final Map<String, Integer> limits = MistakenPermits.noLimits();
        private final @Nullable PermitMistake mistake;

        private Fixture(@Nullable PermitMistake mistake) {
            this.mistake = mistake;
        }

        @Override
        public LockBackend newBackend() {
            return new MistakenPermits(service, mistake, limits);
        }

        @Override
        public Optional<String> url() {
            return Optional.empty();
        }

        @Override
        public void losePermits(Lease permits) {
            service.expire(permits);
        }

        @Override
        public Optional<String> permitsLeftBehind(String name) {
            int left = service.permitsHeld(name) + service.waitingForPermits(name);
            return left == 0 ? Optional.empty() : Optional.of(left + " permits and waiters of " + name);
        }

        @Override
        public Optional<String> readWriteLockLeftBehind(String name) {
            int left = service.readersAndWriters(name);
            return left == 0 ? Optional.empty() : Optional.of(left + " that read, write or wait: " + name);
        }

        @Override
        public void loseLease(Lease lease) {
            service.expire(lease);
        }

        @Override
        public void takeOver(Lease lease) {
            service.takeOver(lease.name());
        }

        @Override
        public void pauseService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void resumeService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void killService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void startService(boolean keepData) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void cutWakeUps() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<String> leftBehind(String name) {
            return service.isHeld(name) ? Optional.of("a hold of " + name) : Optional.empty();
        }

        @Override
        public boolean tokensOutliveDataLoss() {
            return false;
        }

        @Override
        public void heal() {
            service.clear();
        }

        @Override
        public void close() {
            service.clear();
        }
    }
}
