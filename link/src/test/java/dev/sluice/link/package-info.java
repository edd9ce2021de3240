/** Both ends of the link over a real socket. */
@NullMarked
package dev.sluice.link;

import org.jspecify.annotations.NullMarked;
