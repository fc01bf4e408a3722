package dev.lockstep.operator;

import dev.lockstep.engine.DeclaredDatabases.Credentials;
import dev.lockstep.engine.ErrorCode;
import dev.lockstep.engine.LockstepException;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Reads credentials from Secrets, by name and each time anew: none is watched, so that the right to get the named ones is
 * enough. While the API server does not answer, what was read last is used, because a database does not depend on it.
 */
final class Secrets {
    private final KubernetesClient client;
    private final Map<String, Credentials> last = new ConcurrentHashMap<>();

    Secrets(KubernetesClient client) {
        this.client = client;
    }

    /** @throws LockstepException DATABASE_UNREACHABLE with the Secret's name, and never with what is in it */
    Credentials credentials(String namespace, DatabaseSpec.SecretRef reference) {
        String name = String.valueOf(reference.name());
        String shown = "Secret " + namespace + "/" + name;
        Secret secret;
        try {
            secret = client.secrets().inNamespace(namespace).withName(name).get();
        } catch (KubernetesClientException e) {
            Credentials known = last.get(shown + reference);
            if (known != null && !refused(e)) {
                return known;
            }
            throw unreadable(shown + " could not be read: " + e.getMessage()
                    + " Lockstep's service account needs the right to get it.");
        }
        if (secret == null) {
            last.remove(shown + reference);
            throw unreadable("There is no " + shown + ", which has the credentials. Create it, or correct"
                    + " spec.credentialsSecretRef of the Database.");
        }
        Credentials read =
                new Credentials(value(secret, shown, reference.userKey()), value(secret, shown, reference.secretKey()));
        last.put(shown + reference, read);
        return read;
    }

    private static boolean refused(KubernetesClientException e) {
        return e.getCode() == 401 || e.getCode() == 403;
    }

    private static String value(Secret secret, String shown, String key) {
        return Optional.ofNullable(secret.getData())
                .flatMap(data -> Optional.ofNullable(data.get(key)))
                .map(text -> new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8))
                .orElseThrow(() -> unreadable(shown + " has no key " + key
                        + ". Add it, or name another in spec.credentialsSecretRef of the Database."));
    }

    private static LockstepException unreadable(String sentence) {
        return new LockstepException(ErrorCode.DATABASE_UNREACHABLE, sentence);
    }
}
