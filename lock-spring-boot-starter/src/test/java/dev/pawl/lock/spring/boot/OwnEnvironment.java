package dev.pawl.lock.spring.boot;

import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

/** Without the system properties, in which the build has keys of its tests' own that begin with pawl. */
final class OwnEnvironment extends StandardEnvironment {

    @Override
    protected void customizePropertySources(MutablePropertySources sources) {}
}
