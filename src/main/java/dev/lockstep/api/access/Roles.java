package dev.lockstep.api.access;

/** The roles' names, as {@code @RolesAllowed} wants them: constants. */
public final class Roles {
    public static final String VIEWER = "viewer";
    public static final String AUTHOR = "author";
    public static final String APPROVER = "approver";
    public static final String ADMIN = "admin";

    private Roles() {}
}
