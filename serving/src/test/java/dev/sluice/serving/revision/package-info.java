/** What a revision is said to be. */
@NullMarked
package dev.sluice.serving.revision;

import org.jspecify.annotations.NullMarked;
