package dev.lockstep.engine;

import dev.lockstep.plan.PhaseName;
import dev.lockstep.plan.PlanKey;
import java.time.Instant;

/**
 * Somebody let code in that the interlock would have kept out. Kept for good.
 *
 * @param request the API server's own number of the request; the same one is kept once
 * @param user as the API server knows them
 * @param reason in their own words
 * @param object what was let in: {@code CREATE Deployment shop/shop-web}
 * @param said what was known of its code
 * @param verdict why it would have been kept out: TooEarly, TooLate or CannotTell
 */
public record BreakGlass(
        String request,
        Instant at,
        String user,
        String reason,
        String object,
        String said,
        PlanKey plan,
        PhaseName phase,
        String verdict) {}
