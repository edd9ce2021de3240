/** {@code ./sluice demo}: the whole road once, on the real platform, told as it goes and measured on the way. */
@NullMarked
package dev.sluice.app.demo;

import org.jspecify.annotations.NullMarked;
