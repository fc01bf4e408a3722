package dev.lockstep.lifecycle;

/** Events in words, for the sentence that refuses one. */
final class Wording {
    private Wording() {}

    static String of(Event event) {
        return switch (event) {
            case Event.Started _ -> "starting it";
            case Event.LeaseTaken _ -> "taking it over";
            case Event.GateBlocked _, Event.GateMatched _, Event.GateOpened _, Event.FloorRaised _ ->
                "a word about a gate";
            case Event.WindowClosed _, Event.WindowOpened _ -> "a word about a window";
            case Event.Approved _ -> "approving a phase";
            case Event.Rejected _ -> "rejecting a phase";
            case Event.PointOfNoReturnPassed _ -> "passing the point of no return";
            case Event.StepStarted _,
                    Event.StepWaiting _,
                    Event.StepDelayed _,
                    Event.BlockerStopped _,
                    Event.StepCompleted _,
                    Event.StepBlocked _,
                    Event.StepInterrupted _,
                    Event.StepFailed _ -> "a word about a step";
            case Event.PhaseCompleted _ -> "completing a phase";
            case Event.Attested _ -> "attesting what a workload runs";
            case Event.Paced _ -> "setting the speed of its backfills";
            case Event.Rescheduled _ -> "changing its windows";
            case Event.Suspended _ -> "suspending it";
            case Event.Resumed _ -> "resuming it";
            case Event.RetryRequested _ -> "retrying";
            case Event.Aborted _ -> "aborting it";
            case Event.RollbackRequested _ -> "rolling it back";
            case Event.RolledBack _ -> "having rolled it back";
        };
    }
}
