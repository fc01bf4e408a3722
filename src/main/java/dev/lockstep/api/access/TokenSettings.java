package dev.lockstep.api.access;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithParentName;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Pattern;
import java.util.Map;
import java.util.Set;

/**
 * Static tokens, for where there is no identity provider: {@code lockstep.tokens."name".…}. The name is what the journal
 * shows. A token itself is never configured, only its hash; make one with
 * {@code head -c 32 /dev/urandom | base64 | tee token | tr -d '\n' | sha256sum}.
 */
@ConfigMapping(prefix = "lockstep.tokens")
public interface TokenSettings {
    @WithParentName
    Map<String, Token> tokens();

    /** One token. */
    interface Token {
        /** SHA-256 of the token's bytes in UTF-8, as 64 hexadecimal digits. */
        @Pattern(regexp = "[0-9a-fA-F]{64}", message = "must be a SHA-256 as 64 hexadecimal digits")
        String sha256();

        /** What its bearer may do: any of viewer, author, approver, admin. */
        @NotEmpty
        Set<Role> roles();

        /** Whether a person or a machine bears it; a machine's does not satisfy an approval. */
        Kind kind();
    }

    /** What somebody may do. Each may also look at everything. */
    enum Role {
        VIEWER,
        /** Declares, starts and deletes plans, and operates runs. */
        AUTHOR,
        /** Approves and rejects phases, and operates runs. */
        APPROVER,
        /** Everything. */
        ADMIN
    }

    /** Who bears a token. */
    enum Kind {
        PERSON,
        MACHINE
    }
}
