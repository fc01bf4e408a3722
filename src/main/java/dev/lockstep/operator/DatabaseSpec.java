package dev.lockstep.operator;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a database object asks for. What is missing, because it came past the API server's schema, is told in its status.
 *
 * @param url JDBC URL without a password
 * @param credentialsSecretRef the Secret with the role and its password
 * @param replicas JDBC URLs of its streaming replicas
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatabaseSpec(
        @Nullable String url,
        @Nullable SecretRef credentialsSecretRef,
        @Nullable List<String> replicas) {
    /**
     * A Secret in the object's own namespace.
     *
     * @param usernameKey {@code username} where nothing is said
     * @param passwordKey {@code password} where nothing is said
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record SecretRef(
            @Nullable String name,
            @Nullable String usernameKey,
            @Nullable String passwordKey) {
        String userKey() {
            return Optional.ofNullable(usernameKey).orElse(DatabaseShape.DEFAULT_USERNAME_KEY);
        }

        String secretKey() {
            return Optional.ofNullable(passwordKey).orElse(DatabaseShape.DEFAULT_PASSWORD_KEY);
        }
    }

    List<String> replicaUrls() {
        return replicas == null ? List.of() : List.copyOf(replicas);
    }
}
