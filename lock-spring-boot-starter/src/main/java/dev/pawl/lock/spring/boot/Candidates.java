package dev.pawl.lock.spring.boot;

import dev.pawl.lock.spi.LockBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * The beans of the application whose service could have the locks. One of them is used without asking; which of several is the
 * application's to say, since instances that choose differently would not exclude each other.
 */
final class Candidates {

    private static final List<Kind> KINDS = List.of(
            new Kind(
                    "redis",
                    "org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory",
                    "dev.pawl.lock.redis.RedisBackend"),
            new Kind(
                    "zookeeper",
                    "org.apache.curator.framework.CuratorFramework",
                    "dev.pawl.lock.zookeeper.ZooKeeperBackend"),
            new Kind("jdbc", "javax.sql.DataSource", "dev.pawl.lock.jdbc.JdbcBackend"));

    private record Kind(String backend, String type, String builder) {}

    /** A bean, and which backend is made around it. */
    private record Candidate(Kind kind, String bean) {

        @Override
        public String toString() {
            return "'" + bean + "' (" + kind.backend() + ": " + ClassUtils.getShortName(kind.type()) + ")";
        }
    }

    /** Of which it asks whether they are there. */
    static List<String> typesByName() {
        return KINDS.stream()
                .flatMap(kind -> Stream.of(kind.type(), kind.builder()))
                .toList();
    }

    private final ConfigurableListableBeanFactory beans;
    private final List<Candidate> all = new ArrayList<>();

    Candidates(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
        ClassLoader loader = beans.getBeanClassLoader();
        for (Kind kind : KINDS) {
            if (ClassUtils.isPresent(kind.type(), loader) && ClassUtils.isPresent(kind.builder(), loader)) {
                Class<?> type = ClassUtils.resolveClassName(kind.type(), loader);
                ofType(type).forEach(bean -> all.add(new Candidate(kind, bean)));
            }
        }
    }

    /** Of several of one type the primary one has been chosen already. */
    private List<String> ofType(Class<?> type) {
        List<String> names = List.of(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, type, true, false));
        List<String> primary = names.stream()
                .filter(name -> beans.containsBeanDefinition(name)
                        && beans.getBeanDefinition(name).isPrimary())
                .toList();
        return primary.size() == 1 ? primary : names;
    }

    /**
     * The backend around the only candidate, or the one that was chosen.
     *
     * @throws NoLockServiceException if there is none, or several and no choice
     */
    LockBackend backend(PawlSettings settings) {
        return around(chosen(settings), settings);
    }

    /** The word for the backend around it. */
    String backendName(PawlSettings settings) {
        return chosen(settings).kind().backend();
    }

    private Candidate chosen(PawlSettings settings) {
        if (settings.bean().isPresent()) {
            return named(settings.bean().get());
        }
        if (all.isEmpty()) {
            throw new NoLockServiceException(
                    "Pawl has no lock service: pawl.url is not set, and there is no bean whose service it could use (a"
                            + " LettuceConnectionFactory, a CuratorFramework or a DataSource).",
                    "Set pawl.url, such as pawl.url=redis://localhost:6379 (for tests pawl.url=memory:), or configure"
                            + " one of these beans.");
        }
        if (all.size() > 1) {
            throw new NoLockServiceException(
                    "Pawl could keep its locks at the service of several beans: " + text()
                            + ". All instances of the application must use the same one, so it is yours to choose.",
                    "Write one of: "
                            + all.stream()
                                    .map(candidate -> PawlSettings.USE + "=" + candidate.bean())
                                    .collect(Collectors.joining(", "))
                            + "; or set pawl.url.");
        }
        return all.get(0);
    }

    /** Also one that is not primary. */
    private Candidate named(String name) {
        for (Candidate candidate : all) {
            if (candidate.bean().equals(name)) {
                return candidate;
            }
        }
        for (Kind kind : KINDS) {
            if (ClassUtils.isPresent(kind.type(), beans.getBeanClassLoader())
                    && beans.containsBean(name)
                    && beans.isTypeMatch(name, ClassUtils.resolveClassName(kind.type(), beans.getBeanClassLoader()))) {
                return new Candidate(kind, name);
            }
        }
        throw new NoLockServiceException(
                PawlSettings.USE + "=" + name + ": there is no such bean whose service could have the locks.",
                all.isEmpty() ? "Set pawl.url instead." : "Write one of these names: " + text() + ".");
    }

    private String text() {
        return all.stream().map(Candidate::toString).collect(Collectors.joining(", "));
    }

    private LockBackend around(Candidate candidate, PawlSettings settings) {
        return switch (candidate.kind().backend()) {
            case "redis" -> RedisCandidate.backend(beans, candidate.bean(), settings);
            case "zookeeper" -> ZooKeeperCandidate.backend(beans, candidate.bean(), settings);
            default -> JdbcCandidate.backend(beans, candidate.bean(), settings);
        };
    }
}
