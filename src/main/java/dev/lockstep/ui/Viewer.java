package dev.lockstep.ui;

import java.util.Set;

/**
 * Who looks at a page.
 *
 * @param name as the journal would show it
 * @param person false for a machine's token, which decides nothing that is meant for people
 */
public record Viewer(String name, boolean person, Set<String> roles) {
    static final String VIEWER = "viewer";
    static final String AUTHOR = "author";
    static final String APPROVER = "approver";
    static final String ADMIN = "admin";

    public Viewer {
        roles = Set.copyOf(roles);
    }

    /** Whether they may approve or reject a phase. */
    public boolean mayDecide() {
        return person && (roles.contains(APPROVER) || roles.contains(ADMIN));
    }

    /** Whether they may start a plan. */
    public boolean mayStart() {
        return roles.contains(AUTHOR) || roles.contains(ADMIN);
    }

    /** Whether they may pause a run, let it go on, and roll it back. */
    public boolean mayOperate() {
        return mayStart() || roles.contains(APPROVER);
    }
}
