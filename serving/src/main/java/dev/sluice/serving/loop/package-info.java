/** The work queue that the reconcilers run on: one run at a time per object, retries with growing pauses, no polling. */
@NullMarked
package dev.sluice.serving.loop;

import org.jspecify.annotations.NullMarked;
