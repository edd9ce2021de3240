/** Which pod takes which request, and who waits: one gate per revision, with its own lock, queue, probes and numbers. */
@NullMarked
package dev.sluice.gateway.balance;

import org.jspecify.annotations.NullMarked;
