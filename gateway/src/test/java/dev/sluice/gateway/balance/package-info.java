/** Laws of the gate: limits, order, nobody forgotten. */
@NullMarked
package dev.sluice.gateway.balance;

import org.jspecify.annotations.NullMarked;
