package dev.lockstep.api.access;

import io.quarkus.security.identity.request.BaseAuthenticationRequest;

/** A token that somebody sent, to be looked up among the configured ones. */
final class StaticToken extends BaseAuthenticationRequest {
    private final String secret;

    StaticToken(String secret) {
        this.secret = secret;
    }

    String secret() {
        return secret;
    }
}
