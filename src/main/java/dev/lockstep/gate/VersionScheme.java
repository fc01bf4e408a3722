package dev.lockstep.gate;

import dev.lockstep.gate.Evidence.Aspect;
import java.util.Set;

/** A requirement that compares versions, and is silent about everything else. */
sealed interface VersionScheme extends Requirement permits VersionRange, VersionSet, VersionOrdinal {
    Match testVersion(String reported);

    Match testVersionCautiously(String reported);

    @Override
    default Set<Aspect> aspects() {
        return Set.of(Aspect.VERSION);
    }

    @Override
    default Match test(Aspect aspect, String reported) {
        return aspect == Aspect.VERSION ? testVersion(reported) : Match.SILENT;
    }

    @Override
    default Match testCautiously(Aspect aspect, String reported) {
        return aspect == Aspect.VERSION ? testVersionCautiously(reported) : Match.SILENT;
    }
}
