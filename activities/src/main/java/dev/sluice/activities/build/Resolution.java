package dev.sluice.activities.build;

import dev.sluice.api.build.Build;
import dev.sluice.api.build.BuildSpec;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.List;

/** A Build with everything it refers to, or why there is none. */
sealed interface Resolution {
    /** @param spec the Build's spec with the template applied */
    record Ready(Build build, BuildSpec spec, List<Secret> secrets) implements Resolution {}

    record Refused(String message) implements Resolution {}

    /** Deleted, replaced by a namesake, or ended already. */
    record Gone() implements Resolution {}
}
