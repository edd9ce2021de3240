/** Events a second and from sending to delivery, on each bus, beside the same bus asked directly. {@link dev.sluice.bench.events.EventBench} prints a table. */
@NullMarked
package dev.sluice.bench.events;

import org.jspecify.annotations.NullMarked;
