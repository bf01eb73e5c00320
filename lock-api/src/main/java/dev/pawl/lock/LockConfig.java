package dev.pawl.lock;

/** Which service, and how. */
public final class LockConfig {

    private final String url;

    private LockConfig(String url) {
        this.url = url;
    }

    /**
     * A new builder.
     *
     * @return the builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The service.
     *
     * @return the URL
     */
    public String url() {
        return url;
    }

    /** Builds. */
    public static final class Builder {
        private String url = "";

        private Builder() {}

        /**
         * Sets the service.
         *
         * @param url the URL
         * @return this
         */
        public Builder url(String url) {
            this.url = url;
            return this;
        }

        /**
         * Builds.
         *
         * @return the configuration
         */
        public LockConfig build() {
            return new LockConfig(url);
        }
    }
}
