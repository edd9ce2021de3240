/** Tests. */
@NullMarked
package dev.sluice.app.webhook;

import org.jspecify.annotations.NullMarked;
