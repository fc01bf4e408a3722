package dev.lockstep.ui;

import dev.lockstep.engine.Actor;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Whoever asked for the current page, and what goes around it for them. */
@RequestScoped
class Audience {
    /** A Boolean attribute of whatever authenticated them. Without it they are a machine. */
    private static final String PERSON = "lockstep.person";

    private final SecurityIdentity identity;
    private final String version;

    Audience(SecurityIdentity identity, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.identity = identity;
        this.version = version;
    }

    Viewer viewer() {
        return new Viewer(
                identity.getPrincipal().getName(),
                Boolean.TRUE.equals(identity.<Boolean>getAttribute(PERSON)),
                identity.getRoles());
    }

    Actor actor() {
        Viewer viewer = viewer();
        return new Actor(viewer.name(), viewer.person());
    }

    Frame frame(String title) {
        return new Frame(title, Optional.of(identity.getPrincipal().getName()), version);
    }

    /** For a page that asks nobody who they are. */
    Frame strangersFrame(String title) {
        return new Frame(title, Optional.empty(), version);
    }
}
