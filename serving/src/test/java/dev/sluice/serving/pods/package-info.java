/** Which pods take requests. */
@NullMarked
package dev.sluice.serving.pods;

import org.jspecify.annotations.NullMarked;
