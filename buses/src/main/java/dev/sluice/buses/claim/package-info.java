/** Big events: their bodies are kept here, and buses and workflow histories carry a claim check. */
@NullMarked
package dev.sluice.buses.claim;

import org.jspecify.annotations.NullMarked;
