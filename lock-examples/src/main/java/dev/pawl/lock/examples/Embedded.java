package dev.pawl.lock.examples;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The lock service of the default URL: an H2 database in a file of this user's, which all runs of this user share.
 *
 * <p>Whoever opens such a file first serves it to the others, and takes it from them when it ends or is stopped. So each run
 * first starts a process that does nothing else ({@link EmbeddedMain}): the first one serves, and outlives its run while others
 * need it.
 */
final class Embedded implements AutoCloseable {

    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

    /** The signals that end everything started from one terminal do not end what another terminal needs. */
    private static final String DEAF = "trap '' INT HUP TERM; exec \"$@\"";

    private static final long PATIENCE_SECONDS = 2;

    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter orders;

    private Embedded(Process process) {
        this.process = process;
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.orders = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** The default URL: the same for all runs of one user. */
    static String url() {
        return "jdbc:h2:file:" + directory().resolve("locks") + ";AUTO_SERVER=TRUE";
    }

    private static Path directory() {
        return directoryIn(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
    }

    static Path directoryIn(Path parent) {
        return parent.resolve("pawl-demo-h2-" + System.getProperty("user.name").replaceAll("[^A-Za-z0-9_-]", "_"));
    }

    /**
     * Returns when the database is served.
     *
     * @param scratch a directory of this run, for the log
     */
    static Embedded serve(Path scratch) throws IOException, DemoException {
        own(directory(), scratch);
        List<String> command = new ArrayList<>();
        if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            command.addAll(List.of("sh", "-c", DEAF, "sh"));
        }
        command.addAll(
                ChildJvm.command(EmbeddedMain.class, directory().resolve("door").toString()));
        Embedded embedded = new Embedded(new ProcessBuilder(command)
                .redirectError(scratch.resolve("database.log").toFile())
                .start());
        try {
            embedded.begin();
            return embedded;
        } catch (IOException | DemoException e) {
            embedded.process.destroyForcibly();
            throw e;
        }
    }

    /** Makes the directory, private to this user; others can make one of that name too, where all have one for such files. */
    private static void own(Path directory, Path scratch) throws IOException, DemoException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PRIVATE)}
                : new FileAttribute<?>[0];
        try {
            Files.createDirectory(directory, attributes);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                    || !Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(scratch))) {
                throw new DemoException(directory
                        + " is not a directory of this user's, so no database is put there; remove it, or give --url");
            }
            if (posix) {
                Files.setPosixFilePermissions(directory, PRIVATE);
            }
        }
    }

    private void begin() throws IOException, DemoException {
        orders.write(url());
        orders.newLine();
        orders.flush();
        String answer = answers.readLine();
        if (answer == null) {
            throw new DemoException("the process that serves the database ended before it did");
        }
        String[] fields = Fields.split(answer);
        if (!fields[0].equals(EmbeddedMain.READY)) {
            throw new DemoException("the database in " + directory()
                    + " cannot be opened; if it is damaged, remove it: " + fields[fields.length - 1]);
        }
    }

    /** This run needs it no more. Waits until the process has ended, or has said that others need it. */
    @Override
    public void close() {
        CountDownLatch answered = new CountDownLatch(1);
        Thread listener = new Thread(
                () -> {
                    try {
                        answers.readLine();
                    } catch (IOException e) {
                        // It has ended, which is an answer.
                    } finally {
                        answered.countDown();
                    }
                },
                "listens to the database");
        listener.setDaemon(true);
        listener.start();
        try {
            orders.close();
            answered.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            // It has ended already.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
