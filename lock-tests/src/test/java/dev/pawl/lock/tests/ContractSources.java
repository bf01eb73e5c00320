package dev.pawl.lock.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The contracts by the sources of all modules, whether their classes are on the class path or not. */
final class ContractSources {

    /** Its backend is no part of the library, and is there to be got wrong: {@code MistakesTest} beside it judges its contracts. */
    private static final String EXAMPLES = "lock-examples";

    private ContractSources() {}

    /** The names of the classes that extend a contract directly. */
    static Set<String> of(Class<?> contract) {
        try (Stream<Path> modules = Files.list(Path.of("..").toAbsolutePath().normalize())) {
            return modules.filter(module -> module.getFileName().toString().startsWith("lock-"))
                    .filter(module -> !module.endsWith(EXAMPLES))
                    .map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .flatMap(root -> subclasses(root, contract))
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> subclasses(Path root, Class<?> contract) {
        try (Stream<Path> files = Files.walk(root)) {
            return files
                    .filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> declares(file, contract))
                    .map(file -> root.relativize(file).toString().replaceAll("\\.java$", ""))
                    .map(name -> name.replace('/', '.'))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean declares(Path file, Class<?> contract) {
        String name = file.getFileName().toString().replaceAll("\\.java$", "");
        try {
            return Pattern.compile("\\bclass " + name + " extends " + contract.getSimpleName() + "\\b")
                    .matcher(Files.readString(file))
                    .find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
