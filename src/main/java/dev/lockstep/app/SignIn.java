package dev.lockstep.app;

import dev.lockstep.api.access.KnownTokens;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;

/** Hands the configured tokens to the room that asks who is there. */
@Dependent
final class SignIn {
    @Produces
    @Singleton
    KnownTokens tokens(LockstepConfig config) {
        return new KnownTokens(config.tokens().entrySet().stream()
                .map(entry -> token(entry.getKey(), entry.getValue()))
                .toList());
    }

    private static KnownTokens.Token token(String name, LockstepConfig.Token token) {
        return new KnownTokens.Token(
                name,
                token.sha256(),
                token.roles().stream().map(SignIn::role).collect(Collectors.toSet()),
                token.kind() == LockstepConfig.Kind.PERSON);
    }

    private static KnownTokens.Role role(LockstepConfig.Role role) {
        return switch (role) {
            case VIEWER -> KnownTokens.Role.VIEWER;
            case AUTHOR -> KnownTokens.Role.AUTHOR;
            case APPROVER -> KnownTokens.Role.APPROVER;
            case ADMIN -> KnownTokens.Role.ADMIN;
        };
    }
}
