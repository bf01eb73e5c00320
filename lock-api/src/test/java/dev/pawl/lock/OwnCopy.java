package dev.pawl.lock;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Pawl in a class loader of its own, as in a web application, with folders beside it that no other loader sees. */
final class OwnCopy implements AutoCloseable {

    private final URLClassLoader loader;

    OwnCopy(Path... folders) throws IOException {
        Stream<URL> beside = Stream.of(folders).map(OwnCopy::url);
        Stream<URL> everything = Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .map(Path::of)
                .map(OwnCopy::url);
        this.loader = new URLClassLoader(
                Stream.concat(beside, everything).toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    private static URL url(Path place) {
        try {
            return place.toUri().toURL();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The text of what {@code LockConfig.load()} reads there. */
    String load() {
        try {
            Class<?> config = loader.loadClass(LockConfig.class.getName());
            return config.getMethod("load").invoke(null).toString();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
