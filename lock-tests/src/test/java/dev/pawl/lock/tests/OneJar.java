package dev.pawl.lock.tests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/** Puts folders of classes and jars into one jar, as build tools do. */
final class OneJar {

    private static final String SERVICES = "META-INF/services/";

    private OneJar() {}

    /**
     * One jar of all.
     *
     * @param merged whether service files of one name are joined; else the first stays
     */
    static Path of(Path jar, List<Path> places, boolean merged) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MULTI_RELEASE, "true");
        return write(jar, manifest, places, merged);
    }

    /** A jar with a module's name in its manifest, as the build makes it of a folder of classes. */
    static void module(Path directory, Path place) throws IOException {
        String artifact = place.toString().replaceAll(".*/(lock-[a-z]+)[-/].*", "$1");
        if (Files.isDirectory(place)) {
            Manifest manifest = new Manifest();
            manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
            manifest.getMainAttributes()
                    .putValue(
                            "Automatic-Module-Name",
                            "dev.pawl.lock" + (artifact.equals("lock-api") ? "" : artifact.replace("lock-", ".")));
            write(directory.resolve(artifact + ".jar"), manifest, List.of(place), true);
        } else {
            Files.copy(place, directory.resolve(artifact + ".jar"));
        }
    }

    private static Path write(Path jar, Manifest manifest, List<Path> places, boolean merged) throws IOException {
        Set<String> written = new HashSet<>(Set.of("META-INF/MANIFEST.MF"));
        Map<String, ByteArrayOutputStream> services = new TreeMap<>();
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            out.setLevel(Deflater.NO_COMPRESSION);
            for (Path place : places) {
                each(place, (name, file) -> {
                    if (merged && name.startsWith(SERVICES)) {
                        ByteArrayOutputStream all =
                                services.computeIfAbsent(name, unused -> new ByteArrayOutputStream());
                        Files.copy(file, all);
                        all.write('\n');
                    } else if (!name.endsWith("module-info.class") && written.add(name)) {
                        out.putNextEntry(new ZipEntry(name));
                        Files.copy(file, out);
                        out.closeEntry();
                    }
                });
            }
            for (Map.Entry<String, ByteArrayOutputStream> service : services.entrySet()) {
                out.putNextEntry(new ZipEntry(service.getKey()));
                service.getValue().writeTo(out);
                out.closeEntry();
            }
        }
        return jar;
    }

    @FunctionalInterface
    private interface Use {
        void accept(String name, Path file) throws IOException;
    }

    private static void each(Path place, Use use) throws IOException {
        if (Files.isDirectory(place)) {
            eachBelow(place, use);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
                eachBelow(jar.getPath("/"), use);
            }
        }
    }

    private static void eachBelow(Path root, Use use) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                use.accept(root.relativize(file).toString(), file);
            }
        }
    }
}
