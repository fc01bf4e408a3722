package dev.lockstep.api.access;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.IdentityProvider;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.Collectors;

/** Knows whose a static token is. */
@ApplicationScoped
final class TokenIdentityProvider implements IdentityProvider<StaticToken> {
    private final KnownTokens known;

    TokenIdentityProvider(KnownTokens known) {
        this.known = known;
    }

    @Override
    public Class<StaticToken> getRequestType() {
        return StaticToken.class;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(StaticToken request, AuthenticationRequestContext context) {
        return identify(request.secret())
                .map(identity -> Uni.createFrom().item(identity))
                .orElseGet(() -> Uni.createFrom()
                        .failure(new AuthenticationFailedException("This token is not, or no longer, configured.")));
    }

    /** Compares with every token, each in constant time, so that the time of an answer tells nothing about any of them. */
    private Optional<SecurityIdentity> identify(String secret) {
        byte[] hash = sha256(secret);
        Optional<SecurityIdentity> found = Optional.empty();
        for (KnownTokens.Token token : known.tokens()) {
            if (MessageDigest.isEqual(hash, HexFormat.of().parseHex(token.sha256()))) {
                found = Optional.of(identity(token));
            }
        }
        return found;
    }

    private static SecurityIdentity identity(KnownTokens.Token token) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(token.name()))
                .addRoles(token.effectiveRoles().stream()
                        .map(KnownTokens.Role::label)
                        .collect(Collectors.toSet()))
                .addAttribute(Caller.PERSON, token.person())
                .build();
    }

    private static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
