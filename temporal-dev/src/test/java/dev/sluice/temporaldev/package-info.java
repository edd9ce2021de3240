/** Tests against the real dev server. */
@NullMarked
package dev.sluice.temporaldev;

import org.jspecify.annotations.NullMarked;
