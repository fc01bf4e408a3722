package dev.lockstep.api.access;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The tokens that the configuration names. A token itself is nowhere, only its hash. */
public record KnownTokens(List<Token> tokens) {
    public KnownTokens {
        tokens = List.copyOf(tokens);
    }

    /**
     * One token.
     *
     * @param name as the journal will show it
     * @param sha256 of the token's bytes in UTF-8: 64 hexadecimal digits
     * @param roles never empty
     * @param person whether a person holds it; a machine's does not satisfy an approval
     */
    public record Token(String name, String sha256, Set<Role> roles, boolean person) {
        public Token {
            roles = Set.copyOf(roles);
        }

        /** What the roles amount to: everybody may look, and an administrator may do everything. */
        Set<Role> effectiveRoles() {
            EnumSet<Role> all = roles.contains(Role.ADMIN) ? EnumSet.allOf(Role.class) : EnumSet.copyOf(roles);
            all.add(Role.VIEWER);
            return all;
        }
    }

    /** What somebody may do. */
    public enum Role {
        /** Looks at everything. */
        VIEWER(Roles.VIEWER),
        /** Declares, starts and deletes plans, and operates runs. */
        AUTHOR(Roles.AUTHOR),
        /** Approves and rejects phases, and operates runs. */
        APPROVER(Roles.APPROVER),
        /** Everything. */
        ADMIN(Roles.ADMIN);

        private final String label;

        Role(String label) {
            this.label = label;
        }

        /** As {@code @RolesAllowed} spells it. */
        String label() {
            return label;
        }
    }
}
