package dev.pawl.lock.examples.filelock;

import dev.pawl.lock.testkit.BackendFixture;
import dev.pawl.lock.testkit.ContractOf;
import dev.pawl.lock.testkit.LockContract;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** The contract of a backend with one {@link Mistake}. Only {@link MistakesTest} runs it, and wants it to fail. */
@ContractOf("file")
@ExtendWith(MistakenContract.Choice.class)
final class MistakenContract extends LockContract {

    /** The parameter of a run that names the mistake. */
    static final String MISTAKE = "mistake";

    private final Mistake mistake;

    MistakenContract(Mistake mistake) {
        this.mistake = mistake;
    }

    @Override
    protected BackendFixture startService() {
        return new FileFixture() {
            @Override
            FileBackend backend(Path locks) {
                return mistake.backend(locks);
            }
        };
    }

    /** Hands the mistake of the run to the constructor. */
    static final class Choice implements ParameterResolver {

        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Mistake.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return Mistake.valueOf(context.getConfigurationParameter(MISTAKE).orElseThrow());
        }
    }
}
