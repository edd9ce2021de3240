/** The life of one Build: check, create the pod, watch its steps, archive their logs, tell how it ended. */
@NullMarked
package dev.sluice.workflows.build;

import org.jspecify.annotations.NullMarked;
