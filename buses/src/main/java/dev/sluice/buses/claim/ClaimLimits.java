package dev.sluice.buses.claim;

/**
 * What is kept aside, and how much of it.
 *
 * @param inline bytes of a body up to which an event travels whole
 * @param bytes that all bodies that are kept may take; more is refused until some of them are done with
 * @param freeDisk bytes below which nothing more is kept
 */
public record ClaimLimits(int inline, long bytes, long freeDisk) {
    public static final ClaimLimits DEFAULT = new ClaimLimits(256 << 10, 2L << 30, 256L << 20);

    public ClaimLimits withInline(int most) {
        return new ClaimLimits(most, bytes, freeDisk);
    }

    public ClaimLimits withBytes(long most) {
        return new ClaimLimits(inline, most, freeDisk);
    }
}
