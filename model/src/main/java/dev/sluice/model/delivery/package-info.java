/** What is decided about one delivery of an event: what an answer means, how long to wait, when to stop. Pure. */
@NullMarked
package dev.sluice.model.delivery;

import org.jspecify.annotations.NullMarked;
