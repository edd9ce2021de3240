/** Tests. */
@NullMarked
package dev.sluice.app.control;

import org.jspecify.annotations.NullMarked;
