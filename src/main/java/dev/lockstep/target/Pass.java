package dev.lockstep.target;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One way through all rows of a backfill, in shares that do not overlap.
 *
 * @param number from 1
 */
record Pass(long number, List<Stretch> shares) {
    Pass {
        shares = List.copyOf(shares);
    }

    /** Where an earlier attempt was; empty where it had not begun, or went by another scan. */
    static Optional<Pass> from(Cursor kept, Scan scan, BatchWork work) {
        long number = kept.number("pass", 0);
        int count = (int) kept.number("shares", 1);
        List<Stretch> shares = new ArrayList<>();
        for (int share = 0; number > 0 && share < count; share++) {
            Cursor part = kept.part(prefix(share, count));
            switch (scan) {
                case Scan.Blocks _ -> {
                    if (part.text("next").isPresent()) {
                        shares.add(BlockStretch.from(part));
                    }
                }
                case Scan.Keys keys -> KeyStretch.from(part, work.table(), keys).ifPresent(shares::add);
            }
        }
        return number > 0 && shares.size() == count ? Optional.of(new Pass(number, shares)) : Optional.empty();
    }

    Cursor kept() {
        Cursor kept = Cursor.of(Map.of("pass", number, "shares", (long) shares.size()));
        for (int share = 0; share < shares.size(); share++) {
            kept = kept.with(kept(share, shares.get(share)));
        }
        return kept;
    }

    /** The part of the cursor that says how far one share is. */
    Cursor kept(int share, Stretch at) {
        return at.kept().under(prefix(share, shares.size()));
    }

    /** A cursor with one share reads like those of older versions. */
    private static String prefix(int share, int count) {
        return count == 1 ? "" : share + ".";
    }
}
