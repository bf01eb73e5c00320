package dev.pawl.lock.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every Java snippet in the documents compiles, and every relative link leads somewhere.
 *
 * <p>A snippet is statements, or members of a class when it begins with a modifier or an annotation; it may start with imports.
 * {@link #AROUND} is what it may use without saying so.
 */
class DocSnippetsTest {

    /** What a reader takes for granted: a lock client, a lock, a store, a server for a backend of his own. */
    private static final String AROUND = """
            import dev.pawl.lock.*;
            import dev.pawl.lock.fencing.*;
            import dev.pawl.lock.jdbc.*;
            import dev.pawl.lock.memory.*;
            import dev.pawl.lock.redis.*;
            import dev.pawl.lock.redlock.*;
            import dev.pawl.lock.spi.LockBackend;
            import dev.pawl.lock.zookeeper.*;
            import io.lettuce.core.RedisClient;
            import io.lettuce.core.cluster.RedisClusterClient;
            import java.sql.Connection;
            import java.time.Duration;
            import java.util.*;
            import java.util.concurrent.*;
            import java.util.concurrent.locks.Lock;
            import javax.sql.DataSource;
            import org.apache.curator.framework.CuratorFramework;
            %s
            @SuppressWarnings("unused")
            abstract class Snippet {
                interface Store { void write(String item, FencingToken token); }
                interface Metrics { void count(String what); void time(String what, Duration time); }
                abstract Store store();
                final Store store = store();
                final Metrics metrics = null;
                final String item = "42";
                LockClient locks;
                DistributedLock lock;
                RedisClient redisClient;
                List<RedisClient> redisClients;
                DataSource dataSource;
                CuratorFramework curator;
                abstract void work() throws InterruptedException;
                abstract boolean moreToDo();
                abstract void stopWorking();
                interface YourServer extends AutoCloseable {
                    static YourServer start() { throw new UnsupportedOperationException(); }
                    LockBackend connect();
                    String url();
                    void deleteLock(String name);
                    void writeLock(String name, String owner);
                    void pause();
                    void resume();
                    void kill();
                    void startAgain(boolean keepData);
                    void cutSubscriptions();
                    Optional<String> whatIsStoredOf(String name);
                    @Override void close();
                }
            %s
            }
            """;

    private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import .*;\\R");
    private static final Pattern MEMBER =
            Pattern.compile("\\A\\s*(@|public |private |static |final class |class |record )");

    @TempDir
    Path classes;

    /** A fenced block of a document; the line is that of its first line of code, from 1. */
    private record Snippet(Path file, int line, String code) {

        boolean isMembers() {
            return MEMBER.matcher(IMPORT.matcher(code).replaceAll("")).find();
        }
    }

    @Test
    void everySnippet_compiles() throws IOException {
        List<String> problems = new ArrayList<>();
        int compiled = 0;
        for (Path file : documents()) {
            for (Snippet snippet : snippets(file)) {
                problems.addAll(compile(snippet));
                compiled++;
            }
        }

        assertThat(problems).as("problems in %d snippets", compiled).isEmpty();
        assertThat(compiled).as("snippets found").isPositive();
    }

    @Test
    void aWrongSnippet_isSeenToFail() throws IOException {
        Snippet wrong = new Snippet(Path.of("guide.md"), 41, "int fine = 1;\nlock.aquire();\n");

        assertThat(compile(wrong)).singleElement().asString().startsWith("guide.md:42: cannot find symbol");
    }

    @Test
    void everyRelativeLink_leadsSomewhere() throws IOException {
        List<String> problems = new ArrayList<>();
        for (Path file : documents()) {
            problems.addAll(brokenLinks(file));
        }

        assertThat(problems).isEmpty();
    }

    @Test
    void aBrokenLink_isSeenToFail(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("a.md"), "# One\n\n[b](b.md)\n[c](#one)\n[d](#two)\n[e](a.md#one)\n");

        assertThat(brokenLinks(file))
                .containsExactly(file + ":3: no such file: b.md", file + ":5: no such heading: #two");
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (directory != null && !Files.exists(directory.resolve("lock-examples"))) {
            directory = directory.getParent();
        }
        if (directory == null) {
            throw new IllegalStateException("no folder above the working directory holds lock-examples");
        }
        return directory;
    }

    private static List<Path> documents() throws IOException {
        Path root = root();
        List<Path> found = new ArrayList<>();
        try (Stream<Path> top = Files.list(root);
                Stream<Path> docs = Files.walk(root.resolve("docs"))) {
            Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .forEach(found::add);
        }
        return found;
    }

    private static List<Snippet> snippets(Path file) throws IOException {
        List<Snippet> found = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        int start = -1;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (start < 0 && line.equals("```java")) {
                start = i + 1;
            } else if (start >= 0 && line.equals("```")) {
                String code = String.join("\n", lines.subList(start, i)) + "\n";
                found.add(new Snippet(root().relativize(file), start + 1, code));
                start = -1;
            }
        }
        return found;
    }

    private List<String> compile(Snippet snippet) throws IOException {
        StringBuilder imports = new StringBuilder();
        Matcher matcher = IMPORT.matcher(snippet.code());
        while (matcher.find()) {
            imports.append(matcher.group());
        }
        // Blanked, not removed, so that the lines stay where they are.
        String body = IMPORT.matcher(snippet.code()).replaceAll("\n");
        String before = snippet.isMembers() ? "" : "void run() throws Exception {";
        String text = AROUND.formatted(imports, before + "\n" + body + (snippet.isMembers() ? "" : "}"));
        int offset = (int) text.substring(0, text.indexOf(body)).lines().count();

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"));
        StringWriter rest = new StringWriter();
        compiler.getTask(rest, null, found, options, null, List.of(new Source(text)))
                .call();
        List<String> problems = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> problem : found.getDiagnostics()) {
            if (problem.getKind() == Diagnostic.Kind.ERROR) {
                long line = snippet.line() + problem.getLineNumber() - offset - 1;
                problems.add(snippet.file() + ":" + line + ": " + problem.getMessage(Locale.ROOT));
            }
        }
        return problems;
    }

    private static List<String> brokenLinks(Path file) throws IOException {
        List<String> problems = new ArrayList<>();
        List<String> lines = Files.readAllLines(file);
        boolean inCode = false;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().startsWith("```")) {
                inCode = !inCode;
            }
            Matcher link = LINK.matcher(inCode ? "" : lines.get(i));
            while (link.find()) {
                String problem = check(file, link.group(1));
                if (!problem.isEmpty()) {
                    problems.add(file + ":" + (i + 1) + ": " + problem);
                }
            }
        }
        return problems;
    }

    private static String check(Path file, String target) throws IOException {
        if (target.matches("[a-z]+:.*")) {
            return "";
        }
        int hash = target.indexOf('#');
        String path = hash < 0 ? target : target.substring(0, hash);
        Path leadsTo = path.isEmpty() ? file : file.resolveSibling(path).normalize();
        if (!Files.exists(leadsTo)) {
            return "no such file: " + target;
        }
        boolean toHeading = hash >= 0 && leadsTo.toString().endsWith(".md");
        return toHeading && !anchors(leadsTo).contains(target.substring(hash + 1)) ? "no such heading: " + target : "";
    }

    /** Headings as GitHub makes anchors of them. */
    private static List<String> anchors(Path file) throws IOException {
        List<String> found = new ArrayList<>();
        boolean inCode = false;
        for (String line : Files.readAllLines(file)) {
            if (line.strip().startsWith("```")) {
                inCode = !inCode;
            } else if (!inCode && line.startsWith("#")) {
                found.add(line.replaceFirst("^#+ *", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'));
            }
        }
        return found;
    }

    /** A source file that exists in memory only. */
    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///Snippet.java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
