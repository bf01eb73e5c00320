package dev.pawl.lock.testservers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.PortBinding;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.dockerclient.DockerClientProviderStrategy;

/**
 * A container in which nothing runs yet, on the engine that Testcontainers finds. It ends with this JVM, even when the JVM is
 * killed with -9: its first process reads from the JVM, and the engine ends that input and removes the container when the JVM
 * has gone. So it needs no reaper, which would be one more image to pull.
 *
 * <p>Each port is published under its own number at 127.0.0.1, so that an address of that kind is right inside and outside;
 * that needs neither host networking nor iptables, but an engine on this machine.
 */
final class WatchedContainer implements AutoCloseable {

    /** As the first process, this shell also collects the killed ones. */
    private static final String[] READ_UNTIL_THE_END = {"sh", "-c", "cat >/dev/null; exit"};

    private static final long ANSWER_SECONDS = 30;

    private final DockerClient docker;
    private final String id;
    private final PipedOutputStream input = new PipedOutputStream();

    WatchedContainer(String image, List<Integer> ports) {
        docker = docker();
        id = docker.createContainerCmd(image)
                .withEntrypoint(READ_UNTIL_THE_END)
                .withLabels(DockerClientFactory.DEFAULT_LABELS)
                .withStdinOpen(true)
                .withStdInOnce(true)
                .withExposedPorts(ports.stream().map(ExposedPort::tcp).toList())
                .withHostConfig(HostConfig.newHostConfig()
                        .withAutoRemove(true)
                        .withPortBindings(ports.stream()
                                .map(port -> PortBinding.parse("127.0.0.1:" + port + ":" + port))
                                .toList()))
                .exec()
                .getId();
        attach();
        docker.startContainerCmd(id).exec();
    }

    /**
     * A client of the engine. Not {@code DockerClientFactory.client()}, which first pulls and starts Testcontainers' reaper.
     *
     * @throws RuntimeException if no engine answers
     */
    static DockerClient docker() {
        return DockerClientProviderStrategy.getClientForConfig(
                DockerClientFactory.instance().getTransportConfig());
    }

    private void attach() {
        try {
            boolean attached = docker.attachContainerCmd(id)
                    .withStdIn(new PipedInputStream(input))
                    .withStdOut(true)
                    .withFollowStream(true)
                    .exec(new ResultCallback.Adapter<>())
                    .awaitStarted(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (!attached) {
                throw new IllegalStateException("the Docker engine has not attached to a new container");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Runs a shell script inside and returns what it wrote. */
    String run(String script) {
        String exec = docker.execCreateCmd(id)
                .withCmd("sh", "-c", script)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .exec()
                .getId();
        Output output = new Output();
        try {
            if (!docker.execStartCmd(exec).exec(output).awaitCompletion(ANSWER_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("a script in the container has not ended, and wrote: " + output);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        Long exit = docker.inspectExecCmd(exec).exec().getExitCodeLong();
        if (exit == null || exit != 0) {
            throw new IllegalStateException("a script in the container ended with " + exit + ", and wrote: " + output);
        }
        return output.toString();
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while the Docker engine was at work", e);
    }

    @Override
    public void close() {
        try {
            docker.removeContainerCmd(id)
                    .withForce(true)
                    .withRemoveVolumes(true)
                    .exec();
        } catch (NotFoundException gone) {
            // Closed before.
        }
    }

    private static final class Output extends ResultCallback.Adapter<Frame> {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void onNext(Frame frame) {
            bytes.writeBytes(frame.getPayload());
        }

        @Override
        public String toString() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
