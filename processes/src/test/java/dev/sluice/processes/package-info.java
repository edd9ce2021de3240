/** Tests with real children. */
@NullMarked
package dev.sluice.processes;

import org.jspecify.annotations.NullMarked;
