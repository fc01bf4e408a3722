package dev.lockstep.lifecycle;

import dev.lockstep.gate.Blocker;
import dev.lockstep.gate.Verdict;
import dev.lockstep.lifecycle.Event.StepSummary;
import dev.lockstep.lifecycle.Next.Freshness;
import java.util.ArrayList;
import java.util.List;

/** What tests let a run see. */
final class Seen {
    static final Blocker OLD_POD = blocker(Blocker.Code.OLD_VERSION, "pod web-1");
    static final Blocker STALE = blocker(Blocker.Code.EVIDENCE_STALE, "Deployment shop/web");
    static final Blocker LOCK = blocker(Blocker.Code.LOCK_NOT_ACQUIRED, "session 4711");

    static final Blocker WINDOW = blocker(Blocker.Code.OUTSIDE_WINDOW, "phase contract");

    static final InTheWay SESSION =
            new InTheWay("session 4711", 4711, "report", "reader", "SELECT ?", "AccessShareLock on users");
    static final Verdict OPEN = new Verdict.Open();
    static final Verdict CLOSED = new Verdict.Closed(List.of(OLD_POD));
    static final Verdict UNKNOWN = new Verdict.Inconclusive(List.of(STALE));
    static final Verdict BOTH = new Verdict.Closed(List.of(OLD_POD, STALE));
    static final List<Verdict> VERDICTS = List.of(OPEN, CLOSED, UNKNOWN, BOTH);
    static final StepSummary SUMMARY = new StepSummary(1, 2, 3, List.of());
    static final Stage.Fault FAULT = new Stage.Fault("SQL_FAILED", "It broke.", "Mend it.");

    private Seen() {}

    /** Nobody looked, or somebody did, in every way and with every result. */
    static List<Sighting> everything() {
        List<Sighting> all = new ArrayList<>();
        all.add(new Sighting.None());
        for (Verdict verdict : VERDICTS) {
            all.add(watched(verdict));
            all.add(live(verdict));
        }
        return all;
    }

    static Sighting watched(Verdict verdict) {
        return new Sighting.Seen(verdict, Freshness.WATCHED);
    }

    static Sighting live(Verdict verdict) {
        return new Sighting.Seen(verdict, Freshness.LIVE);
    }

    private static Blocker blocker(Blocker.Code code, String object) {
        return new Blocker(code, object, "somebody", "Something is in the way.", "Take it away.");
    }
}
