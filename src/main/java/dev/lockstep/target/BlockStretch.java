package dev.lockstep.target;

import java.sql.Connection;
import java.util.List;
import java.util.Map;

/**
 * A range of blocks, done in slices.
 *
 * @param first the first block of the share
 * @param next the first block of the range that is being worked on
 * @param end behind the last block of the share
 * @param blocks how many the range has
 * @param slice which of its slices is next
 */
record BlockStretch(long first, long next, long end, long blocks, int slice, int slices) implements Stretch {
    static final int FIRST_BLOCKS = 8;

    /** 8 MB at the usual block size: an empty stretch is passed fast, a dense one behind it still stops in time. */
    private static final int MOST_BLOCKS = 1024;

    /** A whole share. */
    static BlockStretch share(long first, long end, int slices) {
        return new BlockStretch(first, first, end, FIRST_BLOCKS, 0, slices);
    }

    static BlockStretch from(Cursor kept) {
        return new BlockStretch(
                kept.number("first", 0),
                kept.number("next", 0),
                kept.number("end", 0),
                kept.number("blocks", FIRST_BLOCKS),
                (int) kept.number("slice", 0),
                (int) kept.number("slices", 1));
    }

    @Override
    public Cursor kept() {
        return Cursor.of(Map.of(
                "first", first, "next", next, "end", end, "blocks", blocks, "slice", (long) slice, "slices", (long)
                        slices));
    }

    /** The end of the range. */
    long to() {
        return Math.min(end, next + blocks);
    }

    boolean lastSlice() {
        return slice + 1 >= slices;
    }

    BlockStretch inSlices(int count) {
        return new BlockStretch(first, next, end, blocks, 0, count);
    }

    BlockStretch nextSlice() {
        return new BlockStretch(first, next, end, blocks, slice + 1, slices);
    }

    /** The next range, of about this size, from its first slice on. */
    BlockStretch nextRange(double size, int inSlices) {
        return new BlockStretch(first, to(), end, Math.clamp(Math.round(size), 1, MOST_BLOCKS), 0, inSlices);
    }

    @Override
    public boolean over() {
        return next >= end;
    }

    @Override
    public Stretch bounded(Connection connection) {
        return this;
    }

    @Override
    public String condition(String pending) {
        return place() + " AND " + HeapSlices.condition(slice, slices, "(" + pending + ")");
    }

    /** A condition for all rows of the range. */
    String place() {
        return "ctid >= '(" + next + ",0)'::tid AND ctid < '(" + to() + ",0)'::tid";
    }

    @Override
    public boolean smallest() {
        return to() - next <= 1;
    }

    @Override
    public Stretch smaller() {
        // A slice of one block is tried again. Else from the first slice: what those before have done is not pending
        // any more.
        return smallest() ? this : new BlockStretch(first, next, end, Math.max(1, blocks / 4), 0, slices);
    }

    @Override
    public Stretch past() {
        return new BlockStretch(first, to(), end, 1, 0, slices);
    }

    @Override
    public List<Stretch> halves(Connection connection) {
        long middle = next + (to() - next) / 2;
        return smallest()
                ? List.of()
                : List.of(
                        new BlockStretch(next, next, middle, middle - next, 0, 1),
                        new BlockStretch(middle, middle, to(), to() - middle, 0, 1));
    }

    @Override
    public String shown() {
        return "blocks " + next + " to " + (to() - 1);
    }

    @Override
    public double fraction() {
        return end > first ? Math.clamp((double) (next - first) / (end - first), 0, 1) : 1;
    }
}
