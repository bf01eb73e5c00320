package dev.pawl.lock.tests;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** No method is longer than one screen, in the library and in its tests: what does not fit there has parts that have names. */
class MethodLengthTest {

    /** Lines of source, from the first annotation to the closing brace. */
    private static final int SCREEN = 60;

    private static final int FEWEST_FILES = 500;

    @Test
    void noMethod_isLongerThanAScreen() throws IOException {
        List<JavaFileObject> sources = sources();
        assertThat(sources).hasSizeGreaterThan(FEWEST_FILES);
        assertThat(tooLong(sources)).isEmpty();
    }

    @Test
    void aMethodThatIsLongerThanAScreen_isSeenToFail() throws IOException {
        assertThat(tooLong(List.of(classWithMethodOf(SCREEN)))).isEmpty();
        assertThat(tooLong(List.of(classWithMethodOf(SCREEN + 1))))
                .containsExactly("/Planted.java:2: planted has 61 lines");
    }

    private static JavaFileObject classWithMethodOf(int lines) {
        String body =
                IntStream.range(0, lines - 2).mapToObj(i -> "        i++;\n").collect(Collectors.joining());
        return new Source(
                URI.create("string:///Planted.java"), "class Planted {\n    void planted() {\n" + body + "    }\n}\n");
    }

    private static List<JavaFileObject> sources() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        List<JavaFileObject> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(root)) {
            for (Path module : modules.filter(
                            module -> module.getFileName().toString().startsWith("lock-"))
                    .sorted()
                    .toList()) {
                for (String kind : List.of("main", "test")) {
                    addSources(module.resolve("src").resolve(kind).resolve("java"), found);
                }
            }
        }
        return found;
    }

    private static void addSources(Path folder, List<JavaFileObject> found) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(file -> found.add(read(file)));
        }
    }

    private static JavaFileObject read(Path file) {
        try {
            return new Source(file.toUri(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> tooLong(List<JavaFileObject> sources) throws IOException {
        JavacTask task =
                (JavacTask) ToolProvider.getSystemJavaCompiler().getTask(null, null, null, null, null, sources);
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        List<String> found = new ArrayList<>();
        for (CompilationUnitTree file : task.parse()) {
            LineMap lines = file.getLineMap();
            new TreeScanner<@Nullable Void, @Nullable Void>() {
                @Override
                public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
                    long first = lines.getLineNumber(positions.getStartPosition(file, method));
                    long last = lines.getLineNumber(positions.getEndPosition(file, method));
                    if (last - first + 1 > SCREEN) {
                        found.add(file.getSourceFile().toUri().getPath() + ":" + first + ": " + method.getName()
                                + " has " + (last - first + 1) + " lines");
                    }
                    return super.visitMethod(method, null);
                }
            }.scan(file, null);
        }
        return found;
    }

    /** What the compiler reads. */
    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(URI uri, String text) {
            super(uri, Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
