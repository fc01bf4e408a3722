package dev.lockstep.api.access;

import dev.lockstep.engine.Actor;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;

/** Whoever sent the current request. */
@RequestScoped
public class Caller {
    /** The attribute of an identity that says whether it is a person: a {@code Boolean}. Without it, it is a machine. */
    public static final String PERSON = "lockstep.person";

    private final SecurityIdentity identity;

    Caller(SecurityIdentity identity) {
        this.identity = identity;
    }

    /** As the engine knows them. */
    public Actor actor() {
        return new Actor(
                identity.getPrincipal().getName(), Boolean.TRUE.equals(identity.<Boolean>getAttribute(PERSON)));
    }
}
