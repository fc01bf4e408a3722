package dev.lockstep.api.json;

import dev.lockstep.lifecycle.InTheWay;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Somebody who had what a step needed. */
@Schema(name = "InTheWay")
public record InTheWayJson(
        @Schema(examples = "session 4711") String object,

        @Schema(description = "0 for a prepared transaction, which has no process", examples = "4711")
        int pid,

        @Schema(description = "what it calls itself; empty when it does not", examples = "report")
        String application,

        @Schema(description = "its role", examples = "reader")
        String user,

        @Schema(
                description = "its statement, cut, without comments and with ? for every literal",
                examples = "SELECT * FROM users WHERE email = ?")
        String query,

        @Schema(description = "what it had", examples = "AccessShareLock on users")
        String what) {
    static InTheWayJson of(InTheWay who) {
        return new InTheWayJson(who.object(), who.pid(), who.application(), who.user(), who.query(), who.what());
    }
}
