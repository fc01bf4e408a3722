package dev.lockstep.api.access;

import dev.lockstep.api.access.TokenSettings.Role;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The roles' names, as {@code @RolesAllowed} wants them. */
public final class Roles {
    public static final String VIEWER = "viewer";
    public static final String AUTHOR = "author";
    public static final String APPROVER = "approver";
    public static final String ADMIN = "admin";

    private Roles() {}

    /** What these roles amount to: everybody may look, and an administrator may do everything. */
    static Set<String> namesOf(Set<Role> granted) {
        EnumSet<Role> all = granted.contains(Role.ADMIN) ? EnumSet.allOf(Role.class) : EnumSet.copyOf(granted);
        all.add(Role.VIEWER);
        return all.stream().map(role -> role.name().toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }
}
