/** Tests of what one revision's scaling decides and remembers. */
@NullMarked
package dev.sluice.serving.autoscale;

import org.jspecify.annotations.NullMarked;
