/** Tests. */
@NullMarked
package dev.sluice.app.git;

import org.jspecify.annotations.NullMarked;
