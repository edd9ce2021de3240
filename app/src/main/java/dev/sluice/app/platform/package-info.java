/** The composition root: what runs in an instance, in which order it starts, and in which it ends. */
@NullMarked
package dev.sluice.app.platform;

import org.jspecify.annotations.NullMarked;
