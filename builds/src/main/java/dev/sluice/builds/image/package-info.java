/** Images made with Jib: the runtime that applications are put on, the applications, and Sluice's own step image. */
@NullMarked
package dev.sluice.builds.image;

import org.jspecify.annotations.NullMarked;
