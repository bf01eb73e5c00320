package dev.pawl.lock.tests;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What may depend on what, and what no library code may do. Each rule is a function of the root package, so that it can be
 * seen to fail: once it judges the library, once the violations planted under {@code dev.pawl.lock.tests.planted}.
 */
class ArchitectureTest {

    private static final String LIBRARY = "dev.pawl.lock";
    private static final String PLANTED = "dev.pawl.lock.tests.planted";

    private static final Set<String> NOT_LIBRARY = Set.of(
            "lock-testkit",
            "lock-testservers",
            "lock-chaos",
            "lock-tests",
            "lock-cli",
            "lock-examples",
            "lock-benchmarks");
    /** By package; and what tests a library module is in the packages of that, but in a place of its own. */
    private static final Pattern NOT_LIBRARY_CLASS =
            Pattern.compile(".*/dev/pawl/lock/(testkit|testservers|chaos|tests|cli|examples|benchmarks)/.*"
                    + "|.*(/test-classes/|-tests\\.jar!).*");

    private static final JavaClasses library = new ClassFileImporter()
            .withImportOption(location -> !location.matches(NOT_LIBRARY_CLASS))
            .importPackages(LIBRARY);
    private static final JavaClasses planted = new ClassFileImporter().importPackages(PLANTED);

    /** Parts that are built on another part; every other stands on the API, the SPI and the guards alone. */
    private static final Map<String, String> BUILT_ON =
            Map.of("redlock", "redis", "jdbc", "fencing", "leader", "internal", "spring", "leader");

    /** Puts the parts together, and so knows them all. */
    private static final String STARTER = ".spring.boot..";

    private static final Pattern WALL_CLOCK = Pattern.compile("java\\.lang\\.System\\.currentTimeMillis\\(\\)"
            + "|java\\.time\\..*\\.(now|system(UTC|DefaultZone)?|tick\\w*)\\(.*\\)"
            + "|java\\.util\\.Date\\.<init>\\(\\)"
            + "|java\\.util\\.Calendar\\.getInstance\\(.*\\)");

    private static final Pattern COMMENT_OR_STRING =
            Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\])*\"");
    private static final Pattern STRAY_WORDS = Pattern.compile("(?m)\\| (`\\w+`(?:, `\\w+`)*) \\|$");
    private static final Pattern CAMEL_HUMP = Pattern.compile("(?<=\\p{Lower})(?=\\p{Upper})");
    private static final Pattern SYNCHRONIZED = Pattern.compile("\\bsynchronized\\b");

    // The guard of all the others: a rule over classes that nobody imported is always green.

    @Test
    void everyPackageOfEveryLibraryModule_isJudged() {
        Set<String> imported =
                library.stream().map(JavaClass::getPackageName).collect(Collectors.toCollection(TreeSet::new));
        assertThat(imported).isEqualTo(packagesInTheSources());
    }

    // Time

    static ArchRule nobodyReadsTheWallClock() {
        return noClasses()
                .should()
                .accessTargetWhere(target(describe("the wall clock", ArchitectureTest::isWallClock)))
                .because("leases are measured on the monotonic clock; the wall clock jumps");
    }

    @Test
    void nobodyReadsTheWallClock_inTheLibrary() {
        nobodyReadsTheWallClock().check(library);
    }

    @Test
    void nobodyReadsTheWallClock_isSeenToFail() {
        assertThat(violations(nobodyReadsTheWallClock()))
                .contains("System.currentTimeMillis()", "Instant.now()", "LocalDateTime.now()", "Clock.systemUTC()")
                .contains("Date.<init>()", "Calendar.getInstance()", "WallClock.methodReference()");
    }

    // Who may look where

    static ArchRule onlyTheApiReachesTheEngine(String root) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(root, root + ".leader", root + ".internal..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root + ".internal..");
    }

    @Test
    void onlyTheApiReachesTheEngine_inTheLibrary() {
        onlyTheApiReachesTheEngine(LIBRARY).check(library);
    }

    @Test
    void onlyTheApiReachesTheEngine_isSeenToFail() {
        assertThat(violations(onlyTheApiReachesTheEngine(PLANTED)))
                .contains("redis.ReachesInside", "spi.ReachesInside");
    }

    static ArchRule knowsOnlyApiAndSpi(String root, String part) {
        String base = root + "." + BUILT_ON.getOrDefault(part, part);
        return classes()
                .that()
                .resideInAPackage(root + "." + part + "..")
                .and()
                .resideOutsideOfPackage(root + STARTER)
                .should()
                .onlyDependOnClassesThat(resideOutsideOfPackage(root + "..")
                        .or(resideInAnyPackage(
                                root, root + ".spi", root + ".fencing", base + "..", root + "." + part + "..")));
    }

    /** Everything but the API and the engine behind it: the SPI, the guards and each backend. */
    static Set<String> parts() {
        return packagesInTheSources().stream()
                .filter(name -> !name.equals(LIBRARY))
                .map(name -> name.substring(LIBRARY.length() + 1).replaceFirst("\\..*", ""))
                .filter(part -> !part.equals("internal"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @MethodSource("parts")
    void knowsOnlyApiAndSpi_inTheLibrary(String part) {
        knowsOnlyApiAndSpi(LIBRARY, part).check(library);
    }

    @Test
    void knowsOnlyApiAndSpi_isSeenToFail() {
        assertThat(violations(knowsOnlyApiAndSpi(PLANTED, "redis"))).contains("redis.ReachesInside");
        assertThat(violations(knowsOnlyApiAndSpi(PLANTED, "spi"))).contains("spi.ReachesInside");
    }

    /** What speaks to one Redis server is shared by two backends, and is nobody else's to build on. */
    static ArchRule onlyTheRedisBackendsShareTheConversation(String root) {
        String shared = root + ".redis.internal..";
        return noClasses()
                .that()
                .resideOutsideOfPackages(root + ".redis..", root + ".redlock..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(shared);
    }

    /** And of the other backend, Redlock knows nothing more. */
    static ArchRule redlockKnowsOnlyTheConversation(String root) {
        return noClasses()
                .that()
                .resideInAPackage(root + ".redlock..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root + ".redis");
    }

    @Test
    void theConversationWithRedis_isSharedByTwoBackends_inTheLibrary() {
        onlyTheRedisBackendsShareTheConversation(LIBRARY).check(library);
        redlockKnowsOnlyTheConversation(LIBRARY).check(library);
    }

    @Test
    void theConversationWithRedis_isSharedByTwoBackends_isSeenToFail() {
        assertThat(violations(onlyTheRedisBackendsShareTheConversation(PLANTED)))
                .contains("spi.SharesTheConversation")
                .doesNotContain("redlock.ReachesPastTheConversation");
        assertThat(violations(redlockKnowsOnlyTheConversation(PLANTED))).contains("redlock.ReachesPastTheConversation");
    }

    /** What speaks SQL is nobody else's to build on; what is shared of it is shared by two. */
    static Stream<ArchRule> onlySqlReachesInsideSql(String root) {
        return Stream.of(
                noClasses()
                        .that()
                        .resideOutsideOfPackage(root + ".jdbc..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(root + ".jdbc.internal.."),
                noClasses()
                        .that()
                        .resideOutsideOfPackages(root + ".fencing..", root + ".jdbc..")
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(root + ".fencing.internal.."));
    }

    /** Its packages stand on each other in one direction: see docs/architecture.md. */
    static ArchRule thePackagesOfSqlHaveNoCircle(String root) {
        return slices().matching(root + ".(jdbc..)").should().beFreeOfCycles();
    }

    @Test
    void theInsideOfSql_inTheLibrary() {
        onlySqlReachesInsideSql(LIBRARY).forEach(rule -> rule.check(library));
        thePackagesOfSqlHaveNoCircle(LIBRARY).check(library);
    }

    @Test
    void theInsideOfSql_isSeenToFail() {
        assertThat(onlySqlReachesInsideSql(PLANTED).map(ArchitectureTest::violations))
                .allSatisfy(found -> assertThat(found).contains("spi.ReachesInsideSql"));
        assertThat(violations(thePackagesOfSqlHaveNoCircle(PLANTED))).contains("jdbc.internal.KnowsItsCaller");
    }

    static Stream<ArchRule> thirdPartyTypesStayInTheirBackend(String root) {
        return Stream.of(
                onlyIn(Set.of(root + ".redis..", root + ".redlock.."), "io.lettuce..", "io.netty..", "reactor.."),
                onlyIn(Set.of(root + ".zookeeper.."), "org.apache.curator..", "org.apache.zookeeper.."),
                onlyIn(Set.of(root + ".jdbc.."), "javax.sql..", "com.zaxxer.."),
                onlyIn(Set.of(root + ".micrometer.."), "io.micrometer.."),
                onlyIn(Set.of(root + ".spring.."), "org.springframework.."),
                onlyIn(Set.of(root + ".shedlock.."), "net.javacrumbs.shedlock.."),
                onlyIn(Set.of(root + ".liquibase.."), "liquibase.."));
    }

    private static ArchRule onlyIn(Set<String> backends, String... thirdParty) {
        return noClasses()
                .that()
                .resideOutsideOfPackages(backends.toArray(String[]::new))
                .and()
                .resideOutsideOfPackage(LIBRARY + STARTER)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(thirdParty);
    }

    @Test
    void thirdPartyTypesStayInTheirBackend_inTheLibrary() {
        thirdPartyTypesStayInTheirBackend(LIBRARY).forEach(rule -> rule.check(library));
    }

    @Test
    void thirdPartyTypesStayInTheirBackend_isSeenToFail() {
        List<String> found = thirdPartyTypesStayInTheirBackend(PLANTED)
                .map(ArchitectureTest::violations)
                .toList();
        assertThat(found.get(0)).contains("ThirdParty.lettuce");
        assertThat(found.get(1)).contains("ThirdParty.curator");
        assertThat(found.get(2)).contains("ThirdParty.dataSource");
        assertThat(found.get(3)).contains("ThirdParty.micrometer");
        assertThat(found.get(4)).contains("ThirdParty.spring");
    }

    // Nulls

    static ArchRule everyPackageIsNullMarked() {
        return classes()
                .should(ArchCondition.from(describe("be in a @NullMarked package", type -> isNullMarked(type))));
    }

    @Test
    void everyPackageIsNullMarked_inTheLibrary() {
        everyPackageIsNullMarked().check(library);
    }

    @Test
    void everyPackageIsNullMarked_isSeenToFail() {
        assertThat(violations(everyPackageIsNullMarked())).contains("unmarked.Unmarked");
    }

    // Virtual threads: a monitor pins its carrier before JDK 24. The sources are read: a class file does not tell
    // of the monitors of blocks in its signatures.

    @Test
    void nobodySynchronizes_inTheLibrary() {
        assertThat(librarySources().flatMap(ArchitectureTest::synchronizing)).isEmpty();
    }

    @Test
    void nobodySynchronizes_isSeenToFail() {
        Path here = Path.of("src/test/java", PLANTED.replace('.', '/'));
        assertThat(synchronizing(here)).containsExactlyInAnyOrder("SynchronizedBlock.java", "SynchronizedMethod.java");
    }

    private static Stream<String> synchronizing(Path root) {
        return javaFiles(root)
                .filter(file -> SYNCHRONIZED
                        .matcher(COMMENT_OR_STRING.matcher(read(file)).replaceAll(""))
                        .find())
                .map(file -> file.getFileName().toString());
    }

    // Words

    /** The page says which; what it does not forbid it does not judge. */
    static ArchRule namesAreWordsOfTheGlossary() {
        Set<String> strays = strayWords();
        return noClasses()
                .should(ArchCondition.from(describe(
                        "have a word in their name for which docs/glossary.md has another",
                        type -> Arrays.stream(CAMEL_HUMP.split(type.getSimpleName()))
                                .anyMatch(strays::contains))))
                .because("one thing has one name");
    }

    @Test
    void namesAreWordsOfTheGlossary_inTheLibrary() {
        assertThat(strayWords()).contains("Ballot", "Ear", "Place");
        namesAreWordsOfTheGlossary().check(library);
    }

    @Test
    void namesAreWordsOfTheGlossary_isSeenToFail() {
        assertThat(violations(namesAreWordsOfTheGlossary())).contains("SpoiledBallot");
    }

    /** The last column of its tables. */
    private static Set<String> strayWords() {
        return STRAY_WORDS
                .matcher(read(Path.of("..", "docs", "glossary.md")))
                .results()
                .flatMap(row -> Arrays.stream(row.group(1).split(",", -1)))
                .map(word -> word.replace("`", "").strip())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    // Helpers

    private static String violations(ArchRule rule) {
        return rule.evaluate(planted).getFailureReport().toString();
    }

    private static boolean isWallClock(AccessTarget target) {
        return WALL_CLOCK.matcher(target.getFullName()).matches();
    }

    private static boolean isNullMarked(JavaClass type) {
        JavaPackage itsPackage = type.getPackage();
        return itsPackage.isAnnotatedWith(NullMarked.class);
    }

    private static Set<String> packagesInTheSources() {
        return librarySources()
                .flatMap(root -> javaFiles(root)
                        .map(file ->
                                root.relativize(file.getParent()).toString().replace('/', '.')))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<Path> librarySources() {
        try (Stream<Path> modules = Files.list(Path.of("..").toAbsolutePath().normalize())) {
            return modules
                    .filter(module -> module.getFileName().toString().startsWith("lock-"))
                    .filter(module -> !NOT_LIBRARY.contains(module.getFileName().toString()))
                    .map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFiles(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
