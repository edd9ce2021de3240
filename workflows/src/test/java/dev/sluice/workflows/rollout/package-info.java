/** The rollout workflow: its steps, and histories of earlier versions that it must still be able to replay. */
@NullMarked
package dev.sluice.workflows.rollout;

import org.jspecify.annotations.NullMarked;
