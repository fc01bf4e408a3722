package dev.lockstep.demo;

import java.util.ArrayList;
import java.util.List;

/**
 * How many pods each ReplicaSet of a Deployment should have next, as the Deployment controller decides it.
 *
 * @param desired the Deployment's replicas
 * @param maxSurge how many pods more than that there may be
 * @param maxUnavailable how many fewer may be ready
 */
record RollingUpdate(int desired, int maxSurge, int maxUnavailable) {
    /**
     * One ReplicaSet as it stands.
     *
     * @param replicas how many pods it is to have
     * @param ready how many of them are
     */
    record Share(int replicas, int ready) {}

    /** The answer; old ones in the order in which they were given. */
    record Step(int current, List<Integer> old) {
        Step {
            old = List.copyOf(old);
        }
    }

    /** The next step from here; the same again when there is nothing to do. Old ones are taken down oldest first. */
    Step next(Share current, List<Share> old) {
        int total = current.replicas() + old.stream().mapToInt(Share::replicas).sum();
        int room = Math.max(0, desired + maxSurge - total);
        int grown = Math.min(desired, current.replicas() + room);
        int spare = current.ready() + old.stream().mapToInt(Share::ready).sum() - (desired - maxUnavailable);
        List<Integer> shrunk = new ArrayList<>();
        for (Share share : old) {
            // One that is not ready serves nobody, so that taking it away makes nothing worse.
            int unready = Math.max(0, share.replicas() - share.ready());
            int down = Math.min(share.ready(), Math.max(0, spare));
            spare -= down;
            shrunk.add(share.replicas() - unready - down);
        }
        return new Step(grown, shrunk);
    }

    /** While it is paused only the number follows, on the side that has the pods already (G15). */
    Step paused(Share current, List<Share> old) {
        List<Integer> same = new ArrayList<>(old.stream().map(Share::replicas).toList());
        int elsewhere = same.stream().mapToInt(Integer::intValue).sum();
        if (same.isEmpty() || current.replicas() > 0) {
            return new Step(Math.max(0, desired - elsewhere), same);
        }
        int newest = same.size() - 1;
        same.set(newest, Math.max(0, desired - (elsewhere - same.get(newest))));
        return new Step(0, same);
    }
}
