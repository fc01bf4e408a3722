package dev.lockstep.demo;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a person may say about the demo, before there is any configuration: as environment variables
 * ({@code LOCKSTEP_DEMO_AUTO}) or system properties ({@code lockstep.demo.auto}).
 *
 * @param auto whether it plays the whole story by itself
 * @param token what a request to it must carry
 * @param tokenIsOurs whether the token was made up here, and has to be told
 */
record DemoSettings(
        boolean auto,
        String token,
        boolean tokenIsOurs,
        Optional<Integer> databasePort,
        Optional<Integer> clusterPort) {

    /**
     * Reads them.
     *
     * @throws IllegalStateException with the setting's name, when one does not fit
     */
    static DemoSettings read(Map<String, String> environment) {
        Optional<String> preset = value(environment, "token");
        return new DemoSettings(
                value(environment, "auto").map(Boolean::parseBoolean).orElse(false),
                preset.orElseGet(DemoSettings::randomToken),
                preset.isEmpty(),
                port(environment, "database-port"),
                port(environment, "cluster-port"));
    }

    private static Optional<Integer> port(Map<String, String> environment, String key) {
        return value(environment, key).map(text -> {
            try {
                int port = Integer.parseInt(text.strip());
                if (port >= 0 && port <= 65_535) {
                    return port;
                }
            } catch (NumberFormatException _) {
                // Said below, as for a number that is no port.
            }
            throw new IllegalStateException(
                    "lockstep.demo.%s is \"%s\", and must be a port: 0 to 65535.".formatted(key, text));
        });
    }

    private static Optional<String> value(Map<String, String> environment, String key) {
        String variable = "LOCKSTEP_DEMO_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
        return Optional.ofNullable(environment.getOrDefault("lockstep.demo." + key, environment.get(variable)))
                .filter(text -> !text.isBlank());
    }

    private static String randomToken() {
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }
}
