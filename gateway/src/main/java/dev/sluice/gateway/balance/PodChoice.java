package dev.sluice.gateway.balance;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Which open pod takes the next request (spec/serving.md section 3.3; above three per pod the least loaded one). */
final class PodChoice {
    private static final int FEW = 3;

    private PodChoice() {}

    /** The pod to use, or null when every one is at its limit; {@code limit} 0 is none. */
    static @Nullable Pod choose(Pod[] open, int limit, RandomGenerator random) {
        if (open.length == 0) {
            return null;
        }
        if (limit == 0) {
            return open.length == 1 ? open[0] : betterOfTwo(open, random);
        }
        return limit <= FEW ? firstFree(open, limit) : leastLoaded(open, limit, random);
    }

    private static Pod betterOfTwo(Pod[] open, RandomGenerator random) {
        int first = random.nextInt(open.length);
        int second = random.nextInt(open.length - 1);
        if (second >= first) {
            second++;
        }
        return open[second].load() < open[first].load() ? open[second] : open[first];
    }

    private static @Nullable Pod firstFree(Pod[] open, int limit) {
        for (var pod : open) {
            if (pod.load() < limit) {
                return pod;
            }
        }
        return null;
    }

    private static @Nullable Pod leastLoaded(Pod[] open, int limit, RandomGenerator random) {
        int start = open.length == 1 ? 0 : random.nextInt(open.length);
        Pod best = null;
        for (int i = 0; i < open.length; i++) {
            var pod = open[(start + i) % open.length];
            if (pod.load() < limit && (best == null || pod.load() < best.load())) {
                best = pod;
            }
        }
        return best;
    }
}
