package dev.lockstep.api.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.gate.Permission;
import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Whether a workload may run a version now. */
@Schema(name = "Permission")
@JsonInclude(JsonInclude.Include.NON_ABSENT)
public record PermissionJson(
        boolean allowed,

        @Schema(description = "Allowed, TooEarly, TooLate or CannotTell")
        String verdict,

        @Schema(description = "why not, and what to do") Optional<String> message,

        @Schema(description = "the plan that says no", examples = "shop/rename-users-name")
        Optional<String> plan,

        Optional<String> phase) {
    public static PermissionJson of(Permission permission) {
        return switch (permission) {
            case Permission.Allowed _ ->
                new PermissionJson(true, "Allowed", Optional.empty(), Optional.empty(), Optional.empty());
            case Permission.TooEarly(PlanKey plan, PhaseName phase, String why) ->
                refused("TooEarly", plan, phase, why);
            case Permission.TooLate(PlanKey plan, PhaseName phase, String why) -> refused("TooLate", plan, phase, why);
            case Permission.CannotTell(PlanKey plan, PhaseName phase, String why) ->
                refused("CannotTell", plan, phase, why);
        };
    }

    private static PermissionJson refused(String verdict, PlanKey plan, PhaseName phase, String why) {
        return new PermissionJson(
                false, verdict, Optional.of(why), Optional.of(plan.toString()), Optional.of(phase.value()));
    }
}
