/** How Routes are resolved and divided. */
@NullMarked
package dev.sluice.serving.route;

import org.jspecify.annotations.NullMarked;
