/** What the demo may and may not do to what it finds. */
@NullMarked
package dev.sluice.app.demo;

import org.jspecify.annotations.NullMarked;
