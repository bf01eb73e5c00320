package dev.pawl.lock.fencing;

import dev.pawl.lock.FencingToken;
import dev.pawl.lock.testkit.ContractOfGuard;
import dev.pawl.lock.testkit.GuardContract;
import dev.pawl.lock.testkit.GuardFixture;
import dev.pawl.lock.testkit.GuardedStore;
import dev.pawl.lock.testkit.SkippedCase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

@ContractOfGuard(InMemoryFencingGuard.class)
@SkippedCase(
        value = "aWriterThatIsKilledAtAnyStep_leavesNoStaleWriteIn",
        because = "guard and state live in the process of the writer, and die with it")
@SkippedCase(
        value = "aStaleWriterOfAnotherProcess_isRefused",
        because = "guard and state live in one process, which no other writes to")
@SkippedCase(
        value = "aRestartOfTheStore_forgetsNothing",
        because = "guard and state live in one process, and end together with it")
final class InMemoryGuardContractTest extends GuardContract {

    @Override
    protected GuardFixture startStore() {
        return new Fixture();
    }

    /** A map, and the guard before it. */
    private static final class Fixture implements GuardFixture {

        private InMemoryFencingGuard guard = InMemoryFencingGuard.create();
        private Map<String, String> values = new ConcurrentHashMap<>();

        @Override
        public GuardedStore open() {
            return new Store(guard, values);
        }

        @Override
        public List<String> steps() {
            return List.of("begun", "entered", "written", "left");
        }

        @Override
        public Optional<InChild> inChild() {
            return Optional.empty();
        }

        @Override
        public void restartStore() {
            throw new UnsupportedOperationException("skipped");
        }

        @Override
        public void heal() {
            guard = InMemoryFencingGuard.create();
            values = new ConcurrentHashMap<>();
        }

        @Override
        public void close() {}
    }

    private record Store(InMemoryFencingGuard guard, Map<String, String> values) implements GuardedStore {

        @Override
        public void write(FencingToken token, String value, Consumer<String> step) {
            step.accept("begun");
            guard.run(token, () -> {
                step.accept("entered");
                values.put(token.lock(), value);
                step.accept("written");
            });
            step.accept("left");
        }

        @Override
        public @Nullable String read(String lock) {
            return values.get(lock);
        }

        @Override
        public void reset(String lock, long floor) {
            guard.reset(lock, floor);
        }

        @Override
        public void close() {}
    }
}
