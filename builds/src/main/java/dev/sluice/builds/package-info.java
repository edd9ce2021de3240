/** Turns Builds into BuildWorkflows. */
@NullMarked
package dev.sluice.builds;

import org.jspecify.annotations.NullMarked;
