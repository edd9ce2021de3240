/** Tests. */
@NullMarked
package dev.sluice.app.state;

import org.jspecify.annotations.NullMarked;
