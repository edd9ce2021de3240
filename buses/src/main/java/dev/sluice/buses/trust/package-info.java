/** Whose certificates are believed, where somebody has an authority of their own. */
@NullMarked
package dev.sluice.buses.trust;

import org.jspecify.annotations.NullMarked;
